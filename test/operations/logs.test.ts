import { afterEach, beforeEach, expect, test } from "vitest";
import type { LogLine, LogOptions, LogProblem } from "../../src/operations/logs/log-options.ts";
import type { LogStream } from "../../src/operations/logs/log-stream.ts";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { CronJob, Job } from "../../src/types/batch-v1.ts";
import type { Container, Pod, PodSpec } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;
let pods: ResourceHelper<Pod>;

function start(options: Parameters<typeof movingSandbox>[0] = {}): void {
  cluster = movingSandbox({ nodes: [{ name: "node0" }], ...options } as SandboxOptions);
  pods = cluster.helper<Pod>("pods");
}

beforeEach(() => start());
afterEach(() => cluster.close());

const ticking = (name = "main"): Container => ({
  name,
  image: "busybox:1",
  command: ["sh", "-c", `i=0; while true; do echo ${name} $i; i=$((i+1)); sleep 1; done`],
});
const saying = (script: string, name = "main"): Container => ({
  name,
  image: "busybox:1",
  command: ["sh", "-c", script],
});
const pod = (name: string, containers: Container[], spec: Partial<PodSpec> = {}, labels = { app: "web" }): Pod => ({
  metadata: { name, labels },
  spec: { containers, ...spec },
});

async function running(...all: Pod[]): Promise<void> {
  for (const one of all) {
    await pods.create(one);
    const { name = "" } = one.metadata ?? {};
    await cluster.until(async () => (await pods.get(name)).status?.phase !== "Pending");
  }
}

/** Reads in the background. */
interface Reading {
  readonly lines: LogLine[];
  readonly texts: string[];
  readonly ended: Promise<void>;
}

function read(stream: LogStream): Reading {
  const lines: LogLine[] = [];
  const ended = (async () => {
    for await (const line of stream) lines.push(line);
  })();
  ended.catch(() => undefined);
  return {
    lines,
    ended,
    get texts() {
      return lines.map(({ line }) => line);
    },
  };
}

async function all(stream: LogStream): Promise<LogLine[]> {
  const reading = read(stream);
  await cluster.settled(reading.ended);
  return reading.lines;
}

const failure = (stream: LogStream): Promise<unknown> => all(stream).catch((error: unknown) => error);
const ticks = (name: string, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${from + index}`);

test("a pod's log comes line by line, cut as the options say", async () => {
  await running(pod("a", [ticking()]));
  const began = cluster.now();
  await cluster.until(() => cluster.now() - began >= 5000);
  expect((await all(pods.logs("a"))).slice(0, 2)).toEqual([
    { pod: "a", container: "main", line: "main 0" },
    { pod: "a", container: "main", line: "main 1" },
  ]);
  const [timed] = await all(pods.logs("a", { tailLines: 1, timestamps: true }));
  expect(timed?.time).toMatch(/^2026-11-21T00:00:\d\d\.\d{9}Z$/);
  expect(timed?.line).toBe(`${timed?.time} main 5`);
  expect((await all(pods.logs("a", { limitBytes: 10 }))).map(({ line }) => line)).toEqual(["main 0", "mai"]);
  expect((await all(pods.logs("a", { since: "2s" }))).length).toBeLessThanOrEqual(3);
  const third = new Date(cluster.now() - 2000);
  expect(await all(pods.logs("a", { sinceTime: third }))).toEqual(
    await all(pods.logs("a", { sinceTime: third.toISOString() })),
  );
  expect((await all(pods.logs("a", { sinceTime: third }))).length).toBeLessThanOrEqual(4);
});

test("without follow a log that is cut in the middle is asked for again, and no line is lost or doubled", async () => {
  await running(pod("a", [saying("for i in 1 2 3 4 5 6 7 8; do echo line $i; done; sleep 100")]));
  const lines = ticks("line", 1, 8);
  for (const options of [{}, { tailLines: 8 }]) {
    cluster.sandbox.faults.inject({ type: "cut", afterLines: 2 }, { resource: "pods/log", times: 1 });
    cluster.sandbox.faults.inject({ type: "cut", afterBytes: 170 }, { resource: "pods/log", times: 1 });
    expect((await all(pods.logs("a", options))).map(({ line }) => line)).toEqual(lines);
  }
});

test("a log that is cut again and again is given up", async () => {
  await running(pod("a", [ticking()]));
  const fault = cluster.sandbox.faults.inject({ type: "cut" }, { resource: "pods/log" });
  expect(await failure(pods.logs("a"))).toMatchObject({ code: "CONNECTION_LOST" });
  expect(fault.hits).toBe(5);
});

test("followed, lost connections cost no line and double none", async () => {
  await running(pod("a", [ticking()]));
  const reading = read(pods.logs("a", { follow: true, tailLines: 1 }));
  await cluster.until(() => reading.lines.length > 0);
  const [first = ""] = reading.texts;
  for (let cut = 0; cut < 5; cut += 1) {
    const before = reading.lines.length;
    await cluster.until(() => reading.lines.length > before + cut);
    expect(cluster.sandbox.faults.cutStreams({ resource: "pods/log" })).toBe(1);
  }
  await cluster.until(() => reading.lines.length >= 30);
  expect(reading.texts).toEqual(ticks("main", Number(first.split(" ")[1]), reading.lines.length));
});

test("a followed log whose connection is dead without a word is asked for again", async () => {
  await running(pod("a", [ticking()]));
  const problems: LogProblem[] = [];
  const onRetry = (problem: LogProblem): void => void problems.push(problem);
  const reading = read(pods.logs("a", { follow: true, idleTimeoutMs: 20_000, onRetry }));
  await cluster.until(() => reading.lines.length >= 3);
  cluster.sandbox.faults.freezeStreams({ resource: "pods/log" });
  await cluster.until(() => reading.lines.length >= 30);
  expect(reading.texts).toEqual(ticks("main", 0, reading.lines.length));
  expect(problems).toMatchObject([{ pod: "a", container: "main", error: { code: "CONNECTION_LOST" } }]);
});

test("follow waits for a container to start and goes on over restarts until it has ended for good", async () => {
  const script = "for i in 1 2; do echo line $i; sleep 1; done; exit 1";
  await pods.create(pod("a", [saying(script)]));
  const reading = read(pods.logs("a", { follow: true, tailLines: 0 }));
  await cluster.until(async () => (await pods.get("a")).status?.containerStatuses?.[0]?.restartCount === 2);
  await cluster.until(() => reading.lines.length >= 6);
  expect(reading.texts).toEqual([...ticks("line", 1, 2), ...ticks("line", 1, 2), ...ticks("line", 1, 2)]);
  await pods.delete("a", { gracePeriodSeconds: 0 });
  await cluster.settled(reading.ended);
});

test("what a container said between a lost connection and its restart is read from its run before", async () => {
  await running(pod("a", [saying("for i in 1 2 3 4 5 6; do echo line $i; sleep 1; done; exit 1")]));
  const reading = read(pods.logs("a", { follow: true }));
  await cluster.until(() => reading.lines.length === 2);
  const down = cluster.sandbox.faults.inject({ type: "serverError" }, { resource: "pods/log" });
  cluster.sandbox.faults.cutStreams({ resource: "pods/log" });
  await cluster.until(async () => (await pods.get("a")).status?.containerStatuses?.[0]?.restartCount === 1);
  expect(reading.lines).toHaveLength(2);
  down.remove();
  await cluster.until(() => reading.lines.length >= 8);
  expect(reading.texts.slice(0, 8)).toEqual([...ticks("line", 1, 6), ...ticks("line", 1, 2)]);
});

test("a followed pod that is done ends the loop", async () => {
  const once = pod("a", [saying("echo one; sleep 2; echo two")], { restartPolicy: "Never" });
  await pods.create(once);
  expect((await all(pods.logs("a", { follow: true }))).map(({ line }) => line)).toEqual(["one", "two"]);
});

test("a deployment's pods are taken up as they come, from their first line, and let go as they end", async () => {
  const deployments = cluster.helper<Deployment>("deployments");
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [ticking()] } };
  const selector = { matchLabels: { app: "web" } };
  await deployments.create({ metadata: { name: "web" }, spec: { replicas: 1, selector, template } });
  const reading = read(deployments.logs("web", { follow: true }));
  const sources = (): Set<string> => new Set(reading.lines.map((line) => line.pod));
  await cluster.until(() => sources().size === 1);
  await deployments.scale("web", 2);
  await cluster.until(() => sources().size === 2);
  await deployments.rollout.restart("web");
  await cluster.until(() => sources().size === 4);
  await deployments.delete("web", { propagationPolicy: "Foreground" });
  await cluster.settled(reading.ended);
  for (const source of sources()) {
    const own = reading.lines.filter((line) => line.pod === source).map(({ line }) => line);
    expect(own).toEqual(ticks("main", 0, own.length));
  }
});

test("a job's log ends with the job, and holds what every try said", async () => {
  const jobs = cluster.helper<Job>("jobs");
  const spec: PodSpec = { restartPolicy: "Never", containers: [saying("echo try; sleep 1; exit 1")] };
  await jobs.create({ metadata: { name: "j" }, spec: { backoffLimit: 1, template: { spec } } });
  const lines = await all(jobs.logs("j", { follow: true }));
  expect(lines.map(({ line }) => line)).toEqual(["try", "try"]);
  expect(new Set(lines.map((line) => line.pod)).size).toBe(2);
});

test("a cronjob's log is that of its jobs' pods, and of no other's", async () => {
  const cronjobs = cluster.helper<CronJob>("cronjobs");
  const template = { spec: { restartPolicy: "Never" as const, containers: [saying("echo from cron")] } };
  const jobTemplate = { spec: { template } };
  await cronjobs.create({ metadata: { name: "c" }, spec: { schedule: "* * * * *", jobTemplate } });
  await cluster.helper<Job>("jobs").create({ metadata: { name: "other" }, spec: jobTemplate.spec });
  await cluster.until(
    async () => (await pods.list()).filter(({ status }) => status?.phase === "Succeeded").length >= 2,
  );
  const lines = await all(cronjobs.logs("c"));
  expect(lines.map(({ line }) => line)).toEqual(["from cron"]);
  expect(lines[0]?.pod).toMatch(/^c-/);
});

test("a selector reads the last ten lines of each, container by container or in order of time", async () => {
  await running(pod("a", [ticking("x"), ticking("y")]), pod("b", [ticking("x"), ticking("y")]));
  await cluster.until(async () => (await all(pods.logs("b", { container: "y" }))).length >= 12);
  const labels = { app: "web" };
  const grouped = await all(pods.logs({ labels, allContainers: true }));
  const order = grouped.map((line) => `${line.pod}/${line.container}`);
  expect([...new Set(order)]).toEqual(["a/x", "a/y", "b/x", "b/y"]);
  expect(order).toEqual(["a/x", "a/y", "b/x", "b/y"].flatMap((source) => Array<string>(10).fill(source)));
  const merged = await all(pods.logs({ labels, container: /^[xy]$/, sort: "time", tailLines: 3 }));
  expect(merged).toHaveLength(12);
  expect(merged.map(({ time }) => time)).toEqual(merged.map(({ time }) => time).sort());
  expect(new Set(merged.slice(0, 4).map((line) => line.pod))).toEqual(new Set(["a", "b"]));
  expect(await all(pods.logs(["a", "b"], { container: "x", tailLines: 1 }))).toHaveLength(2);
  const [everywhere] = await all(pods.everywhere.logs({ labels, container: "x", tailLines: 1 }));
  expect(everywhere?.namespace).toBe("default");
});

test("init containers are among all containers, and one that has not begun is left out beside one that has", async () => {
  const init = saying("echo first; sleep 60", "init");
  await pods.create(pod("a", [ticking()], { initContainers: [init] }));
  await cluster.until(
    async () => (await pods.get("a")).status?.initContainerStatuses?.[0]?.state?.running !== undefined,
  );
  const lines = await all(pods.logs("a", { allContainers: true }));
  expect(lines).toEqual([{ pod: "a", container: "init", line: "first" }]);
  expect(await failure(pods.logs("a"))).toMatchObject({
    code: "NOT_FOUND",
    message: 'Cannot read the log of container "main" of pods "a": it is waiting to start: PodInitializing',
    hint: expect.stringMatching(/follow: true.*pods\.events\("a"\)/),
  });
});

test("a pod that no node takes has no log, and it is told why", async () => {
  await pods.create(pod("a", [ticking()], { nodeSelector: { no: "where" } }));
  await cluster.until(async () => (await pods.get("a")).status?.conditions !== undefined);
  expect(await failure(pods.logs("a"))).toMatchObject({
    code: "NOT_FOUND",
    message: expect.stringMatching(/waiting to start: 0\/1 nodes are available: .*node affinity\/selector/),
  });
});

test("previous is the run before, and said to be missing where there is none", async () => {
  await running(pod("a", [saying("echo run; sleep 2; exit 1")]), pod("b", [ticking()]));
  await cluster.until(async () => (await pods.get("a")).status?.containerStatuses?.[0]?.restartCount === 1);
  expect(await all(pods.logs("a", { previous: true }))).toEqual([{ pod: "a", container: "main", line: "run" }]);
  expect(await all(pods.logs({ labels: { app: "web" }, previous: true }))).toHaveLength(1);
  expect(await failure(pods.logs("b", { previous: true }))).toMatchObject({
    message: 'Cannot read the log of container "main" of pods "b": it has not run before',
    hint: expect.stringContaining("Leave previous out"),
  });
});

test("what cannot be read is told with what to do", async () => {
  await running(pod("two", [ticking("x"), ticking("y")]));
  const sentences = async (stream: LogStream): Promise<string[]> => {
    const error = (await failure(stream)) as { message: string; hint?: string };
    return [error.message, error.hint ?? ""];
  };
  expect(await sentences(pods.logs("two"))).toEqual([
    'Cannot read the log of pods "two": it has 2 containers',
    'Say which: { container: "x" | "y" }, or all of them: { allContainers: true }',
  ]);
  expect(await sentences(pods.logs("two", { container: "z" }))).toEqual([
    'Cannot read the log of pods "two": it has no container "z"',
    "It has x, y.",
  ]);
  expect(await sentences(pods.logs("two", { container: /^z/, follow: true }))).toEqual([
    "Cannot read logs: no container matches /^z/",
    'pods "two" has x, y.',
  ]);
  expect(await sentences(pods.logs({ labels: { app: "none" } }))).toEqual([
    'Cannot read the logs of pods with app=none in namespace "default": there are no pods',
    "Check the labels and the namespace, or wait for pods with { follow: true }.",
  ]);
  expect((await sentences(pods.logs({ labels: "app=web" } as never, { follow: true })))[1]).toContain(
    "{ labels: …, follow",
  );
  expect((await sentences(pods.logs("none", { follow: true })))[0]).toContain('pods "none" not found');
  expect(await sentences(cluster.helper("nodes").logs("node0"))).toEqual([
    'Cannot read the logs of nodes "node0": a Node selects no pods',
    "Name a pod, or select pods: k8s.pods.logs({ labels: … }).",
  ]);
  expect((await sentences(pods.logs(["two"], { allContainers: true, follow: true, maxConcurrentStreams: 1 })))[0]).toBe(
    "Cannot read 2 logs at once: the limit is 1",
  );
});

test("options that make no sense are refused before anything is asked for", async () => {
  const before = cluster.requests.length;
  const wrong: [LogOptions, string][] = [
    [{ tailLines: 1.5 }, "tailLines is 1.5"],
    [{ since: "0s" }, "since is 0s"],
    [{ since: "5m", sinceTime: "2026-11-21T00:00:00Z" }, "since and sinceTime are both given"],
    [{ sinceTime: "yesterday" }, 'sinceTime is "yesterday"'],
    [{ sinceTime: "2026-11-21T00:00:00" }, 'sinceTime is "2026-11-21T00:00:00"'],
    [{ sinceTime: new Date("yesterday") }, 'sinceTime is "Invalid Date"'],
    [{ limitBytes: 0 }, "limitBytes is 0"],
    [{ tail: 5 } as LogOptions, 'there is no option "tail"'],
    [{ container: "x", allContainers: true }, "container and allContainers are both given"],
    [{ follow: true, sort: "time" }, "follow and sort are both given"],
  ];
  for (const [options, said] of wrong) {
    expect(await failure(pods.logs("a", options))).toMatchObject({ message: `Cannot read logs: ${said}` });
  }
  expect(cluster.requests.slice(before).filter((line) => line.includes("/pods"))).toEqual([]);
});

test("a line longer than the limit comes in parts that are marked", async () => {
  await running(pod("a", [saying("echo 0123456789abcdefghijABCDEFGHIJ; echo short; sleep 100")]));
  const lines = await all(pods.logs("a", { maxLineBytes: 45 }));
  expect(lines.map(({ line, partial }) => [line, partial])).toEqual([
    ["0123456789abcd", true],
    ["efghijABCDEFGHIJ", undefined],
    ["short", undefined],
  ]);
});

test("an ephemeral container that comes later is followed too", async () => {
  await running(pod("a", [ticking()]));
  const reading = read(pods.logs("a", { follow: true, allContainers: true, tailLines: 0 }));
  await cluster.until(() => reading.lines.length > 0);
  await pods.subresource("ephemeralcontainers").patch("a", {
    spec: { ephemeralContainers: [saying("echo looked", "debug")] },
  });
  await cluster.until(() => reading.texts.includes("looked"));
  expect(reading.lines.filter(({ container }) => container === "debug")).toHaveLength(1);
});

test("who may not watch a pod follows it all the same, over its restart", async () => {
  await cluster.close();
  const watches = (request: Request): boolean => new URL(request.url).searchParams.get("watch") === "true";
  const refusal = { kind: "Status", status: "Failure", code: 403, reason: "Forbidden", message: "no watching" };
  start({ fail: (request) => (watches(request) ? Response.json(refusal, { status: 403 }) : undefined) });
  await pods.create(pod("a", [saying("echo run; sleep 2; exit 1")]));
  const reading = read(pods.logs("a", { follow: true }));
  await cluster.until(() => reading.lines.length === 2);
  await pods.delete("a", { gracePeriodSeconds: 0 });
  await cluster.settled(reading.ended);
});

test("leaving the loop, return() while a line is awaited, and the signal leave no stream open", async () => {
  await running(pod("a", [ticking()]), pod("b", [saying("sleep 1000")]));
  const open = (): number => cluster.sandbox.faults.cutStreams({});
  const following = (name: string, signal?: AbortSignal): LogStream => pods.logs(name, { follow: true, signal });
  const first = (async () => {
    for await (const { line } of following("a")) return line;
    return undefined;
  })();
  expect(await cluster.settled(first)).toBe("main 0");
  expect(open()).toBe(0);
  const quiet = following("b");
  const next = quiet.next();
  await cluster.until(() => cluster.requests.some((line) => line.includes("pods/b/log")));
  await cluster.settled(quiet.return());
  expect(await next).toEqual({ done: true, value: undefined });
  expect(open()).toBe(0);
  const stop = new AbortController();
  const reading = read(following("b", stop.signal));
  const asked = cluster.requests.length;
  await cluster.until(() => cluster.requests.slice(asked).some((line) => line.includes("pods/b/log")));
  stop.abort();
  await expect(cluster.settled(reading.ended)).rejects.toMatchObject({ code: "ABORTED" });
  expect(open()).toBe(0);
});
