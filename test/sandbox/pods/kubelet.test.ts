import { expect, test } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { type Cluster, manualClock, startCluster } from "../controllers/harness.ts";

function pod(name: string, spec: object = {}, annotations: Record<string, string> = {}): object {
  const steered = Object.entries(annotations).map(([key, value]) => [`sandbox.kubescript.dev/${key}`, value]);
  const containers = [{ name: "main", image: "busybox:1", imagePullPolicy: "IfNotPresent" }];
  return { metadata: { name, annotations: Object.fromEntries(steered) }, spec: { containers, ...spec } };
}

function live(cluster: Cluster, name = "p"): Pod {
  return cluster.get("pods", name) as Pod;
}

function state(cluster: Cluster, name = "p"): string {
  const { status } = live(cluster, name);
  const [main] = status?.containerStatuses ?? [];
  const { waiting, running, terminated } = main?.state ?? {};
  return [status?.phase, waiting?.reason ?? terminated?.reason ?? (running && "running"), main?.restartCount].join(" ");
}

/** The steps that a watch of one pod shows. */
function steps(events: readonly { type: string; object: ApiObject }[]): string[] {
  return events.map(({ type, object }) => {
    const { spec, status, metadata } = object as Pod;
    const held = (status?.conditions ?? []).filter((one) => one.status === "True").map((one) => one.type);
    const going = metadata.deletionTimestamp === undefined ? "" : ` going in ${metadata.deletionGracePeriodSeconds} s`;
    return `${type} ${status?.phase} ${spec.nodeName ?? "-"} [${held.join(" ")}]${going}`;
  });
}

test("a pod's watch shows the steps that a real one's does", () => {
  const cluster = startCluster([{ name: "node0" }]);
  const seen = cluster.record("pods");
  cluster.create("pods", pod("p", { terminationGracePeriodSeconds: 0 }));
  cluster.clock.advance(2000);
  cluster.registry.delete("pods", "default", "p");
  cluster.clock.advance(2000);
  const all = "PodReadyToStartContainers Initialized Ready ContainersReady PodScheduled";
  expect(steps(seen)).toEqual([
    "ADDED Pending - []",
    "MODIFIED Pending node0 [PodScheduled]",
    "MODIFIED Pending node0 [Initialized PodScheduled]",
    "MODIFIED Pending node0 [PodReadyToStartContainers Initialized PodScheduled]",
    `MODIFIED Running node0 [${all}]`,
    `MODIFIED Running node0 [${all}] going in 0 s`,
    `DELETED Running node0 [${all}] going in 0 s`,
  ]);
  expect(cluster.reasons("Pod")).toEqual([
    ...["Scheduled", "MissingClusterDNS", "Pulled", "Created", "Started", "Killing"],
  ]);
});

test("graceful deletion ends the containers, reports, and only then removes the pod", () => {
  const cluster = startCluster([{ name: "node0" }]);
  cluster.create("pods", pod("p"));
  cluster.clock.advance(2000);
  const seen = cluster.record("pods");
  cluster.registry.delete("pods", "default", "p");
  cluster.clock.advance(2000);
  expect(steps(seen).map((step) => step.replace(/ node0 \[.*\]/, ""))).toEqual([
    "MODIFIED Running going in 30 s",
    "MODIFIED Succeeded going in 30 s",
    "MODIFIED Succeeded going in 0 s",
    "DELETED Succeeded going in 0 s",
  ]);
});

test("a container that does not stop in its grace period is killed", () => {
  const cluster = startCluster();
  cluster.create("pods", pod("p", { terminationGracePeriodSeconds: 5 }, { "stop-seconds": "60" }));
  cluster.clock.advance(2000);
  const seen = cluster.record("pods");
  cluster.registry.delete("pods", "default", "p");
  cluster.clock.advance(4900);
  expect(state(cluster)).toBe("Running running 0");
  cluster.clock.advance(1000);
  const codes = seen.flatMap(
    ({ object }) => (object as Pod).status?.containerStatuses?.map((one) => one.state.terminated?.exitCode) ?? [],
  );
  expect(codes).toContain(137);
  expect(cluster.registry.list("pods")).toEqual([]);
});

test("a crashing container is restarted at once, then after ever longer pauses", () => {
  const cluster = startCluster();
  cluster.create("pods", pod("p", {}, { "crash-after-seconds": "1" }));
  const starts: number[] = [];
  const begin = cluster.clock.now();
  let last: string | undefined;
  for (let tick = 0; tick < 12_000; tick++) {
    cluster.clock.advance(10);
    const [main] = live(cluster).status?.containerStatuses ?? [];
    const count = `${main?.restartCount} ${main?.started}`;
    if (main?.started === true && count !== last) starts.push(cluster.clock.now() - begin);
    last = count;
  }
  expect(starts.slice(1).map((at, n) => Math.floor((at - (starts[n] ?? 0)) / 10_000))).toEqual([0, 1, 2, 4]);
  expect(state(cluster)).toBe("Running CrashLoopBackOff 4");
  expect(live(cluster).status?.containerStatuses?.[0]?.state.waiting?.message).toMatch(
    /^back-off 1m20s restarting failed container=main pod=p_default\([-0-9a-f]+\)$/,
  );
  expect(cluster.reasons("Pod")).toContain("BackOff");
});

test("an image that cannot be pulled is tried again after a pause", () => {
  const cluster = startCluster();
  const containers = [{ name: "main", image: "registry.example.com/none:1" }];
  cluster.create("pods", pod("p", { containers }, { "image-pull": "fail" }));
  cluster.clock.advance(600);
  expect(state(cluster)).toBe("Pending ErrImagePull 0");
  cluster.clock.advance(1000);
  expect(state(cluster)).toBe("Pending ImagePullBackOff 0");
  cluster.clock.advance(10_500);
  expect(state(cluster)).toBe("Pending ErrImagePull 0");
  expect(cluster.reasons("Pod").sort()).toEqual([
    "BackOff",
    "Failed",
    "Failed",
    "Failed",
    "MissingClusterDNS",
    "Pulling",
    "Scheduled",
  ]);
});

test("an image is pulled once and then is on the node", () => {
  const cluster = startCluster([{ name: "node0" }]);
  const containers = [{ name: "main", image: "registry.example.com/app:1" }];
  cluster.create("pods", pod("p", { containers }));
  cluster.clock.advance(2000);
  cluster.create("pods", pod("q", { containers }));
  cluster.clock.advance(2000);
  expect(cluster.reasons("Pod").filter((reason) => reason.startsWith("Pull"))).toEqual(["Pulling", "Pulled", "Pulled"]);
});

test("init containers run one after the other before the others", () => {
  const cluster = startCluster();
  const initContainers = ["a", "b"].map((name) => ({ name, image: "busybox:1", command: ["sleep", "1"] }));
  cluster.create("pods", pod("p", { initContainers }));
  cluster.clock.advance(700);
  expect(state(cluster)).toBe("Pending PodInitializing 0");
  expect(live(cluster).status?.initContainerStatuses?.map((one) => Object.keys(one.state)[0])).toEqual([
    "running",
    "waiting",
  ]);
  cluster.clock.advance(3000);
  expect(state(cluster)).toBe("Running running 0");
  expect(live(cluster).status?.initContainerStatuses?.map((one) => one.state.terminated?.reason)).toEqual([
    "Completed",
    "Completed",
  ]);
});

test("a sidecar starts before the others, and ends after them", () => {
  const cluster = startCluster();
  const initContainers = [{ name: "side", image: "busybox:1", restartPolicy: "Always" }];
  const containers = [{ name: "main", image: "busybox:1", command: ["sleep", "5"] }];
  cluster.create("pods", pod("p", { initContainers, containers, restartPolicy: "Never" }));
  cluster.clock.advance(2000);
  expect(live(cluster).status?.initContainerStatuses?.[0]).toMatchObject({ ready: true, started: true });
  cluster.clock.advance(6000);
  expect(live(cluster).status?.phase).toBe("Succeeded");
});

test("readiness waits for its delay and can be withheld", () => {
  const cluster = startCluster();
  cluster.create("pods", pod("late", {}, { "ready-delay-seconds": "5" }));
  cluster.create("pods", pod("never", {}, { ready: "false" }));
  const ready = (name: string) => live(cluster, name).status?.containerStatuses?.[0]?.ready;
  cluster.clock.advance(3000);
  expect([ready("late"), ready("never")]).toEqual([false, false]);
  cluster.clock.advance(60_000);
  expect([ready("late"), ready("never")]).toEqual([true, false]);
});

test.each([
  ["Never", "Failed Error 0"],
  ["OnFailure", "Running CrashLoopBackOff 1"],
  ["Always", "Running CrashLoopBackOff 1"],
])("after a failure under %s the pod is %s", (restartPolicy, expected) => {
  const cluster = startCluster();
  cluster.create("pods", pod("p", { restartPolicy }, { "exit-code": "4", "run-seconds": "0.5" }));
  cluster.clock.advance(5000);
  expect(state(cluster)).toBe(expected);
});

test("a pod that nothing fits stays pending and says why, until a node fits", () => {
  const cluster = startCluster();
  cluster.create("pods", pod("p", { nodeSelector: { disk: "fast" } }));
  cluster.clock.advance(1000);
  expect(live(cluster).status?.conditions).toMatchObject([
    { type: "PodScheduled", status: "False", reason: "Unschedulable" },
  ]);
  expect(cluster.reasons("Pod")).toEqual(["FailedScheduling"]);
  cluster.registry.modify(
    "nodes",
    "",
    "node1",
    (node) => ({ ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: "fast" } } }),
    { manager: "test" },
  );
  cluster.clock.advance(1000);
  expect([live(cluster).spec.nodeName, state(cluster)]).toEqual(["node1", "Running running 0"]);
});

test("an ephemeral container joins a running pod, is never started again, and does not count for its phase", () => {
  const cluster = startCluster([{ name: "node0" }]);
  cluster.create("pods", pod("p"));
  cluster.clock.advance(2000);
  const debug = { name: "debug", image: "busybox:1", command: ["sh", "-c", "sleep 3; exit 7"] };
  const { registry } = cluster;
  const added = { ...live(cluster), spec: { ...live(cluster).spec, ephemeralContainers: [debug] } };
  registry.update("pods", added, { manager: "test", subresource: "ephemeralcontainers" });
  cluster.clock.advance(2000);
  const status = () => live(cluster).status?.ephemeralContainerStatuses?.[0];
  expect(status()).toMatchObject({ name: "debug", ready: false, state: { running: {} } });
  cluster.clock.advance(60_000);
  expect(status()).toMatchObject({ restartCount: 0, state: { terminated: { exitCode: 7 } } });
  expect(state(cluster)).toBe("Running running 0");
  expect(cluster.reasons("Pod").filter((reason) => reason === "Started")).toHaveLength(2);
});

test("events about a static pod name it by its file's hash, under which kubectl looks for them", () => {
  const clock = manualClock();
  const { registry, close } = createSandbox({ clock });
  clock.advance(2000);
  const [mirror] = registry.list("pods", "kube-system").filter(({ metadata }) => metadata.name?.startsWith("etcd-"));
  const { name, uid, annotations } = mirror?.metadata ?? {};
  const hash = annotations?.["kubernetes.io/config.mirror"];
  expect(hash).toMatch(/^[0-9a-f]{32}$/);
  expect(annotations?.["kubernetes.io/config.hash"]).toBe(hash);
  const subjects = registry
    .list("events", "kube-system")
    .map(({ involvedObject }) => involvedObject as { name: string; uid: string; resourceVersion?: string })
    .filter((subject) => subject.name === name);
  expect(subjects.length).toBeGreaterThan(0);
  for (const subject of subjects) expect(subject).toMatchObject({ uid: hash, apiVersion: "v1" });
  expect(subjects.some((subject) => "resourceVersion" in subject && subject.resourceVersion !== undefined)).toBe(false);
  expect(hash).not.toBe(uid);
  close();
});
