import { afterEach, expect, test } from "vitest";
import { ApiError, ConnectionError } from "../../src/errors.ts";
import { podToRun } from "../../src/operations/run/pod-to-run.ts";
import { type AnyRunOptions, type AttachedRunOptions, run } from "../../src/operations/run/run.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import type { ChannelSocket, Transport } from "../../src/transport/transport.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";
import { failureOf } from "../transport/support/failure.ts";

const open: MovingSandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});
function sandbox(...options: Parameters<typeof movingSandbox>): MovingSandbox & { pods: ResourceClient<Pod> } {
  const one = movingSandbox(...options);
  open.push(one);
  return { ...one, pods: one.helper<Pod>("pods") as unknown as ResourceClient<Pod> };
}
const shell = (script: string, more: Partial<AttachedRunOptions> = {}): AttachedRunOptions => ({
  image: "busybox:1",
  command: ["sh", "-c", script],
  attach: true,
  ...more,
});

test("the pod is the one that kubectl run makes", () => {
  const streams = { attached: false, stdin: false, stdinOnce: false, tty: false };
  const options = { image: "nginx", args: ["-v"], env: { LEVEL: 3 }, port: 80, privileged: true, serviceAccount: "sa" };
  expect(podToRun("web", options, streams)).toEqual({
    metadata: { name: "web", labels: { run: "web" } },
    spec: {
      serviceAccountName: "sa",
      dnsPolicy: "ClusterFirst",
      restartPolicy: "Always",
      containers: [
        {
          name: "web",
          image: "nginx",
          args: ["-v"],
          env: [{ name: "LEVEL", value: "3" }],
          ports: [{ containerPort: 80 }],
          securityContext: { privileged: true },
        },
      ],
    },
  });
  const typed = { attached: true, stdin: true, stdinOnce: true, tty: true };
  const { spec } = podToRun("sh", { image: "busybox", labels: { a: "b" }, spec: { nodeName: "n" } }, typed);
  expect(spec).toMatchObject({ restartPolicy: "Never", nodeName: "n" });
  expect(spec?.containers[0]).toMatchObject({ stdin: true, stdinOnce: true, tty: true });
});

test("runs to its end: the output from its first line, the exit code, and with rm the pod is gone", async () => {
  const { pods, settled, until } = sandbox();
  const result = await settled(run(pods, "once", shell("echo early; sleep 2; echo late; exit 3", { rm: true })));
  expect(result).toEqual({ stdout: "early\nlate\n", stderr: "", exitCode: 3 });
  await until(async () => (await pods.find("once")) === undefined);
});

test("without rm the pod stays, and an exit code that is checked throws with the output", async () => {
  const { pods, settled } = sandbox();
  const error = await settled(failureOf(run(pods, "kept", shell("echo said; exit 4", { check: true }))));
  expect(error).toMatchObject({ code: "COMMAND_FAILED", exitCode: 4, stdout: "said\n" });
  expect((await pods.get("kept")).status?.phase).toBe("Failed");
});

test("an interruption at any moment removes the pod with rm, and says where it is left without", async () => {
  for (const rm of [true, false]) {
    const { pods, settled, until } = sandbox();
    const abort = new AbortController();
    const running = failureOf(run(pods, "long", shell("echo going; sleep 1000", { rm, signal: abort.signal })));
    await until(async () => (await pods.find("long"))?.status?.phase === "Running");
    abort.abort();
    const error = await settled(running);
    expect(error).toMatchObject({ name: "AbortError", code: "ABORTED" });
    if (rm) {
      expect(error.message).toBe('Cannot run pods "long" to its end: it was interrupted; the pod was deleted');
      await until(async () => (await pods.find("long")) === undefined);
    } else {
      expect(error.message).toContain("it is left as it is");
      expect(error.hint).toContain('k8s.pods.delete("long")');
      expect((await pods.get("long")).metadata?.deletionTimestamp).toBeUndefined();
    }
  }
});

test("a pod that cannot start ends the wait with the reason, or when its time is over", async () => {
  const { pods, settled, until } = sandbox();
  const spec = { schedulerName: "none" };
  const late = await settled(failureOf(run(pods, "nowhere", shell("true", { spec, startTimeoutMs: 5000, rm: true }))));
  expect(late).toMatchObject({ code: "TIMEOUT" });
  expect(late.message).toMatch(/timed out after 5 s waiting for pods "nowhere" to start container/);
  const annotations = { "sandbox.kubescript.dev/image-pull": "fail" };
  const bad = await settled(failureOf(run(pods, "bad", shell("true", { annotations }))));
  expect(bad).toMatchObject({ code: "WAIT_FAILED" });
  expect(bad.message).toMatch(/ImagePullBackOff: Back-off pulling image "busybox:1".*it is left as it is/s);
  const root = failureOf(run(pods, "root", shell("true", { spec })));
  await until(async () => (await pods.find("root")) !== undefined);
  const waiting = {
    reason: "CreateContainerConfigError",
    message: "container has runAsNonRoot and image will run as root",
  };
  const status = { name: "root", image: "busybox:1", imageID: "", ready: false, restartCount: 0, state: { waiting } };
  await pods.subresource("status").patch("root", { status: { containerStatuses: [status] } });
  expect(await settled(root)).toMatchObject({ code: "WAIT_FAILED", message: expect.stringContaining(waiting.message) });
});

test("what a container printed before it was joined stands first, and one that ended before is told by its log", async () => {
  const { pods, settled } = sandbox();
  const joinedBy = (
    open: () => Promise<ChannelSocket>,
    stream: Transport["stream"] = pods.transport.stream,
  ): ResourceClient<Pod> =>
    new ResourceClient<Pod>({
      transport: { ...pods.transport, open, stream },
      resource: () => pods.resource(),
      scope: pods.scope,
      timing: pods.timing,
    });
  const late = async (): Promise<ChannelSocket> => ({
    protocol: "v5.channel.k8s.io",
    frames: (async function* () {
      yield Buffer.from("\u0001end\n");
      yield Buffer.from('\u0003{"status":"Success"}');
    })(),
    send: async () => {},
    close: () => {},
  });
  const typed = shell("echo start; sleep 5; echo end; exit 3", { stdin: "x" });
  const whole = { stdout: "start\nend\n", stderr: "", exitCode: 3 };
  expect(await settled(run(joinedBy(late), "early", typed))).toEqual(whole);
  const long = run(joinedBy(late), "long", { ...typed, maxBufferBytes: 5 });
  expect((await settled(failureOf(long))).message).toContain("it is longer than");
  const lost = joinedBy(late, async (request, options) => {
    if (request.path.endsWith("/log")) throw new ConnectionError("CONNECTION_LOST", "lost");
    return pods.transport.stream(request, options);
  });
  expect(await settled(failureOf(run(lost, "lost", typed)))).toMatchObject({ code: "CONNECTION_LOST" });
  const tooLate = async (): Promise<never> => {
    await pods.timing.sleep(10_000);
    const status = { message: "container is not running", code: 400 };
    throw new ApiError("API", status.message, { status, httpStatus: 400, method: "GET", path: "/attach" });
  };
  expect(await settled(run(joinedBy(tooLate), "quick", typed))).toEqual(whole);
  const unreported = async (): Promise<never> => {
    const status = { message: "container x not found in pod x_default", code: 500 };
    throw new ApiError("API", status.message, { status, httpStatus: 500, method: "GET", path: "/attach" });
  };
  expect(await settled(run(joinedBy(unreported), "unreported", typed))).toEqual(whole);
  const stays = shell("sleep 1000", { stdin: "x" });
  expect((await settled(failureOf(run(joinedBy(tooLate), "stays", stays)))).message).toContain(
    "container is not running",
  );
});

test("another pod of that name is not touched, and nothing is made by what cannot be tried", async () => {
  const { pods, settled, requests } = sandbox();
  await settled(run(pods, "taken", { image: "busybox:1" }));
  const error = await settled(failureOf(run(pods, "taken", shell("true", { rm: true }))));
  expect(error).toMatchObject({ code: "ALREADY_EXISTS" });
  expect((await pods.get("taken")).metadata?.deletionTimestamp).toBeUndefined();
  const before = requests.length;
  expect((await failureOf(run(pods.dryRun(), "x", shell("true")))).message).toContain("there is no dry run for it");
  expect((await failureOf(run(pods, "x", { image: "b", terminal: true }))).message).toContain("at a terminal");
  for (const ignored of [{ rm: true }, { stdin: "x" }, { check: true }, { terminal: true as const, stdin: "x" }]) {
    const { message } = await failureOf(run(pods, "x", { image: "b", ...ignored } as AnyRunOptions));
    expect(message).toMatch(/^Cannot run pods "x" with (rm|stdin|check): (nothing waits|it is at)/);
  }
  expect((await failureOf(run(pods, "x", { image: "" }))).hint).toContain('image: "nginx:1.29"');
  expect(requests.length).toBe(before);
});
