import { afterEach, expect, test } from "vitest";
import type { CustomContainer } from "../../src/operations/debug/custom-container.ts";
import type { AnyDebugOptions } from "../../src/operations/debug/debug.ts";
import { nodeDebugger, podCopy } from "../../src/operations/debug/debug-objects.ts";
import { DEBUG_PROFILES, type DebugProfile, profileContext } from "../../src/operations/debug/profile.ts";
import type { Node, Pod } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";
import { failureOf } from "../transport/support/failure.ts";

const open: MovingSandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
async function sandbox() {
  const one = movingSandbox({ nodes: [{ name: "node0" }] });
  open.push(one);
  const pods = one.helper<Pod>("pods");
  const containers = [{ name: "web", image: "nginx:1", livenessProbe: { exec: { command: ["true"] } } }];
  await pods.create({ metadata: { name: "web-0", labels: { app: "web" } }, spec: { containers } });
  await one.until(async () => (await pods.get("web-0")).status?.phase === "Running");
  return { ...one, pods, nodes: one.helper<Node>("nodes") };
}
const idle = { stdin: false, stdinOnce: false, tty: false };

test("a container comes beside the pod's own; run to its end, it gives output and exit code", async () => {
  const { pods, settled } = await sandbox();
  const command = ["sh", "-c", "echo looked; sleep 1; exit 4"];
  const result = await settled(pods.debug("web-0", { image: "busybox", target: "web", command, attach: true }));
  expect(result).toEqual({ stdout: "looked\n", stderr: "", exitCode: 4 });
  const where = await settled(pods.debug("web-0", { image: "busybox", container: "tools", command: ["sleep", "99"] }));
  expect(where).toEqual({ namespace: "default", pod: "web-0", container: "tools" });
  const { spec, status } = await pods.get("web-0");
  const made = spec?.ephemeralContainers?.find(({ targetContainerName }) => targetContainerName === "web");
  expect(made).toMatchObject({ command, securityContext: { capabilities: { add: ["SYS_PTRACE"] } } });
  expect(made?.name).toMatch(/^debugger-[a-z0-9]{5}$/);
  expect(status?.ephemeralContainerStatuses).toHaveLength(2);
});

test("a copy has the container changed and no labels; it goes with rm, the pod stays", async () => {
  const { pods, settled, until } = await sandbox();
  const how = {
    copyTo: "copy",
    container: "web",
    command: ["sh", "-c", "echo changed"],
    attach: true,
    rm: true,
  } as const;
  expect(await settled(pods.debug("web-0", how))).toMatchObject({ stdout: "changed\n", exitCode: 0 });
  await until(async () => (await pods.find("copy")) === undefined);
  expect((await pods.get("web-0")).status?.phase).toBe("Running");
});

test("a node is looked at by a pod on it, with its files", async () => {
  const { nodes, pods, settled } = await sandbox();
  const where = await settled(nodes.debug("node0", { image: "busybox", command: ["sleep", "99"] }));
  expect(where.pod).toMatch(/^node-debugger-node0-[a-z0-9]{5}$/);
  const { spec } = await pods.get(where.pod);
  expect(spec).toMatchObject({ nodeName: "node0", hostPID: true, hostNetwork: true, hostIPC: true });
  expect(spec?.containers[0]?.volumeMounts).toContainEqual({ name: "host-root", mountPath: "/host" });
});

test("an interruption says that the container is left, for none can be taken away", async () => {
  const { pods, settled, until } = await sandbox();
  const abort = new AbortController();
  const how = {
    image: "busybox",
    container: "long",
    command: ["sleep", "999"],
    attach: true,
    signal: abort.signal,
  } as const;
  const debugging = failureOf(pods.debug("web-0", how));
  await until(
    async () => (await pods.get("web-0")).status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined,
  );
  abort.abort();
  const error = await settled(debugging);
  expect(error.message).toBe('Cannot debug pods "web-0": it was interrupted; container "long" is left to itself');
});

test("wrong use is refused before anything is written", async () => {
  const { pods, requests } = await sandbox();
  const before = requests.filter((one) => !one.startsWith("GET")).length;
  const refused = async (options: AnyDebugOptions): Promise<string> => {
    const error = await failureOf(pods.debug("web-0", options as never));
    return `${error.message} | ${error.hint}`;
  };
  expect(await refused({})).toContain("there is no image for the container");
  expect(await refused({ image: "b", target: "wbe" })).toContain('it has no container "wbe" | It has web.');
  expect(await refused({ image: "b", container: "web" })).toContain('has a container "web" already');
  expect(await refused({ image: "b", profile: "root" as never })).toContain("There are general, baseline");
  expect(await refused({ copyTo: "c", setImage: { wbe: "x" } })).toContain('it has no container "wbe"');
  // What would be left out without a word.
  expect(await refused({ image: "b", replace: true })).toContain("with replace: that is for a copy of the pod | Name");
  expect(await refused({ image: "b", shareProcesses: false })).toContain("with shareProcesses: that is for a copy");
  expect(await refused({ image: "b", rm: true } as AnyDebugOptions)).toContain(
    "with rm: nothing waits for its end | Say",
  );
  expect(await refused({ image: "b", attach: true, rm: true })).toContain("goes with the pod");
  expect(await refused({ image: "b", copyTo: "c", target: "web" })).toContain("with target: that is for a container");
  expect(await refused({ copyTo: "c", setImage: { web: "x" }, attach: true })).toContain("no container of the copy");
  expect(await refused({ image: "b", terminal: true, stdin: "x" } as AnyDebugOptions)).toContain(
    "with stdin: it is at your",
  );
  expect(await refused({ image: "b", custom: { image: "c" } as never })).toContain('it may not set "image"');
  expect(await refused({ image: "b", custom: [] as never })).toContain("it is no object");
  expect((await failureOf(pods.dryRun().debug("web-0", { image: "b", attach: true }))).code).toBe("NO_DRY_RUN");
  expect(requests.filter((one) => !one.startsWith("GET"))).toHaveLength(before);
});

test("a finished pod can only be debugged in a copy", async () => {
  const { pods, until } = await sandbox();
  const containers = [{ name: "main", image: "busybox", command: ["true"] }];
  await pods.create({ metadata: { name: "done" }, spec: { containers, restartPolicy: "Never" } });
  await until(async () => (await pods.get("done")).status?.phase === "Succeeded");
  const error = await failureOf(pods.debug("done", { image: "busybox" }));
  expect(error.message).toBe('Cannot debug pods "done": it has ended, and no container can join it');
  expect(error.hint).toContain("copyTo");
});

test("copies and node pods are what kubectl debug makes", () => {
  const pod: Pod = {
    metadata: { name: "web-0", namespace: "n", labels: { app: "web" } },
    spec: {
      nodeName: "node0",
      initContainers: [{ name: "init", image: "i" }],
      containers: [
        { name: "web", image: "nginx", args: ["-x"], readinessProbe: {} },
        { name: "side", image: "side" },
      ],
      ephemeralContainers: [{ name: "old" }],
    },
  };
  const added = podCopy(pod, "debugger-x", { copyTo: "c", image: "busybox", setImage: { "*": "new" } }, idle);
  expect(added.container).toBe("debugger-x");
  expect(added.copy.metadata).toEqual({ name: "c", namespace: "n" });
  expect(added.copy.spec).toMatchObject({ shareProcessNamespace: true, initContainers: [{ name: "init" }] });
  expect(added.copy.spec).not.toHaveProperty("nodeName");
  expect(added.copy.spec).not.toHaveProperty("ephemeralContainers");
  expect(added.copy.spec?.containers.map(({ name, image }) => [name, image])).toEqual([
    ["web", "new"],
    ["side", "new"],
    ["debugger-x", "busybox"],
  ]);
  expect(added.copy.spec?.containers[0]).not.toHaveProperty("readinessProbe");
  const changed = podCopy(pod, "web", { copyTo: "c", container: "web", command: ["sh"], sameNode: true }, idle);
  expect(changed.copy.spec?.nodeName).toBe("node0");
  expect(changed.copy.spec?.containers[0]).toMatchObject({ name: "web", image: "nginx", command: ["sh"] });
  expect(changed.copy.spec?.containers[0]).not.toHaveProperty("args");
  expect(podCopy(pod, "x", { copyTo: "c", setImage: { web: "new" } }, idle).container).toBeUndefined();
  expect(DEBUG_PROFILES.map((profile) => profileContext(profile, false) ?? "none")).toEqual([
    { capabilities: { add: ["SYS_PTRACE"] } },
    "none",
    expect.objectContaining({ runAsNonRoot: true, allowPrivilegeEscalation: false }),
    { capabilities: { add: ["NET_ADMIN", "NET_RAW"] } },
    { privileged: true },
  ]);
  const restricted = nodeDebugger("node0", "p", "debugger", { image: "b", profile: "restricted" }, idle).spec;
  expect(restricted).not.toHaveProperty("volumes");
  expect(restricted).not.toHaveProperty("hostPID");
});

test("a copy keeps what is told to be kept, and a changed container its own rights besides the profile's", () => {
  const securityContext = { runAsUser: 1000, capabilities: { drop: ["ALL"], add: ["CHOWN"] } };
  const probes = { livenessProbe: {}, readinessProbe: {}, startupProbe: {} };
  const pod: Pod = {
    metadata: { name: "web-0", namespace: "n", labels: { app: "web" }, annotations: { a: "b" } },
    spec: {
      shareProcessNamespace: false,
      initContainers: [{ name: "init", image: "i" }],
      containers: [{ name: "web", image: "nginx", securityContext, ...probes }],
    },
  };
  const copyOf = (options: Parameters<typeof podCopy>[2], of = pod): Pod =>
    podCopy(of, "x", { copyTo: "c", container: "web", command: ["sh"], ...options }, idle).copy;
  const kept = copyOf({
    ...{ keepLabels: true, keepAnnotations: true, keepLiveness: true, keepReadiness: true, keepStartup: true },
    keepInitContainers: false,
  });
  expect(kept.metadata).toEqual({ name: "c", namespace: "n", labels: { app: "web" }, annotations: { a: "b" } });
  expect(kept.spec?.containers[0]).toMatchObject(probes);
  expect(kept.spec).not.toHaveProperty("initContainers");
  expect(kept.spec?.shareProcessNamespace).toBe(false);
  expect(copyOf({ shareProcesses: true }).spec?.shareProcessNamespace).toBe(true);
  expect(copyOf({}, { spec: { hostPID: true, containers: [{ name: "web" }] } }).spec?.shareProcessNamespace).toBe(
    false,
  );
  const rightsOf = (profile: DebugProfile): unknown => copyOf({ profile }).spec?.containers[0]?.securityContext;
  expect(rightsOf("general")).toEqual({
    runAsUser: 1000,
    capabilities: { drop: ["ALL"], add: ["CHOWN", "SYS_PTRACE"] },
  });
  expect(rightsOf("netadmin")).toMatchObject({
    runAsUser: 1000,
    capabilities: { add: ["CHOWN", "NET_ADMIN", "NET_RAW"] },
  });
  expect(rightsOf("sysadmin")).toEqual({ ...securityContext, privileged: true });
  expect(rightsOf("baseline")).toBeUndefined();
  expect(rightsOf("restricted")).not.toHaveProperty("runAsUser");
});

test("a custom part of a container is laid over what the profile says", () => {
  const custom = {
    env: [{ name: "B", value: "2" }],
    securityContext: { runAsUser: 0, capabilities: null },
    volumeMounts: [{ name: "data", mountPath: "/data" }],
    resources: { limits: { memory: "64Mi" } },
  } as const satisfies CustomContainer;
  const [container] =
    nodeDebugger("node0", "p", "debugger", { image: "b", env: { A: 1, B: 1 }, profile: "netadmin", custom }, idle).spec
      ?.containers ?? [];
  expect(container).toMatchObject({
    env: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    securityContext: { runAsUser: 0 },
    resources: { limits: { memory: "64Mi" } },
  });
  expect(container?.securityContext).not.toHaveProperty("capabilities");
  const general = nodeDebugger("node0", "p", "debugger", { image: "b", custom }, idle).spec?.containers[0];
  expect(general?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(["/host", "/data"]);
});
