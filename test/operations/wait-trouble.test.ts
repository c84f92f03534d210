import { afterEach, expect, test } from "vitest";
import { podTroubles } from "../../src/operations/wait/pod-trouble.ts";
import { all, condition, exists, ready } from "../../src/operations/wait/wait-condition.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { Job } from "../../src/types/batch-v1.ts";
import type { Event, Pod, ResourceQuota } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox | undefined;

afterEach(() => cluster?.close());

const steered = (annotations: Record<string, string>): { annotations: Record<string, string> } => ({
  annotations: Object.fromEntries(
    Object.entries(annotations).map(([name, value]) => [`sandbox.kubescript.dev/${name}`, value]),
  ),
});
const containers = [{ name: "web", image: "nope:1" }];
const failed = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test("at the end of its time, a wait tells the states of containers and the newest warnings", async () => {
  cluster = movingSandbox();
  const pods = cluster.helper<Pod>("pods");
  await pods.create({ metadata: { name: "web", ...steered({ "image-pull": "fail" }) }, spec: { containers } });
  const late = failed(pods.wait("web", all(exists, ready)));
  expect(await cluster.settled(late)).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(
      /^Timed out after 30 s waiting for pods "web" to exist and be ready: ImagePullBackOff\n {2}pod "web": container "web": ImagePullBackOff \(Back-off pulling image "nope:1".*\n {2}warning about pod "web": /s,
    ),
  });
});

test("a workload's trouble is that of its pods, told once where they share it", async () => {
  cluster = movingSandbox();
  const deployments = cluster.helper<Deployment>("deployments");
  const labels = { app: "web" };
  await deployments.create({
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 20,
      selector: { matchLabels: labels },
      template: { metadata: { labels, ...steered({ "image-pull": "fail" }) }, spec: { containers } },
    },
  });
  const hopeless = failed(deployments.wait("web", ready, { timeoutMs: 600_000 }));
  expect(await cluster.settled(hopeless)).toMatchObject({
    code: "WAIT_FAILED",
    message: expect.stringMatching(
      /^Cannot wait for deployments "web" to be ready: it exceeded its progress deadline.*\n {2}pod "web-[\w-]+" and 2 more: container "web": /s,
    ),
  });
});

test("a workload none of whose pods can be made says what forbids them", async () => {
  cluster = movingSandbox();
  const deployments = cluster.helper<Deployment>("deployments");
  await cluster.helper<ResourceQuota>("resourcequotas").create({
    metadata: { name: "none" },
    spec: { hard: { pods: "0" } },
  });
  const labels = { app: "web" };
  await deployments.create({
    metadata: { name: "web" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  expect(await cluster.settled(failed(deployments.wait("web", ready)))).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(/\n {2}warning about replicaset "web-\w+": FailedCreate: .*exceeded quota: none/),
  });
});

test("warnings about pods that are ready by now are not told", async () => {
  cluster = movingSandbox();
  const deployments = cluster.helper<Deployment>("deployments");
  const labels = { app: "web" };
  await deployments.create({
    metadata: { name: "web" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  });
  await cluster.settled(deployments.wait("web", ready));
  const { namespace = "", name = "", uid = "" } = (await cluster.helper<Pod>("pods").list())[0]?.metadata ?? {};
  const involvedObject = { kind: "Pod", namespace, name, uid };
  await cluster.helper<Event>("events").create({
    metadata: { name: "slow" },
    involvedObject,
    type: "Warning",
    reason: "Unhealthy",
    message: "once",
  });
  const late = failed(deployments.wait("web", condition("Other")));
  const { message } = (await cluster.settled(late)) as Error;
  expect(message).toBe(
    'Timed out after 30 s waiting for deployments "web" to have condition Other=True: it has no condition Other yet',
  );
});

test("a Job and a Pod that have failed end the wait at once, with the exit code", async () => {
  cluster = movingSandbox();
  const jobs = cluster.helper<Job>("jobs");
  const template = { metadata: steered({ "exit-code": "3" }), spec: { restartPolicy: "Never" as const, containers } };
  await jobs.create({ metadata: { name: "migrate" }, spec: { backoffLimit: 0, template } });
  const { now } = cluster;
  const began = now();
  expect(await cluster.settled(failed(jobs.wait("migrate", "complete", { timeoutMs: 600_000 })))).toMatchObject({
    code: "WAIT_FAILED",
    message: expect.stringMatching(
      /the Job failed: .*BackoffLimitExceeded.*\n.*container "web" ended with exit code 3/s,
    ),
  });
  expect(now() - began).toBeLessThan(30_000);
  const pods = cluster.helper<Pod>("pods");
  const [pod] = await pods.list();
  expect(await cluster.settled(failed(pods.wait(pod?.metadata?.name ?? "", ready)))).toMatchObject({
    code: "WAIT_FAILED",
    message: expect.stringMatching(/the pod has ended in phase Failed.*exit code 3/s),
  });
});

test("where nothing is stored, a wait looks once and goes on", async () => {
  cluster = movingSandbox();
  const pods = cluster.helper<Pod>("pods");
  await pods.create({ metadata: { name: "web", ...steered({ "image-pull": "fail" }) }, spec: { containers } });
  const dry = pods.dryRun();
  expect((await dry.wait("web", ready))?.metadata?.name).toBe("web");
  expect((await dry.wait("web", "deleted"))?.metadata?.name).toBe("web");
  expect(await dry.wait("planned", ready)).toBeUndefined();
  expect(await dry.wait(["planned", "web"], ready, { timeoutMs: 0 })).toHaveLength(1);
  expect(await dry.wait({ labels: { app: "planned" } }, ready)).toEqual([]);
  await expect(dry.wait("web", "happy")).rejects.toThrow(/not a condition/);
});

test("an interruption is not held up by an explanation", async () => {
  cluster = movingSandbox();
  const abort = new AbortController();
  const waiting = failed(cluster.helper<Pod>("pods").wait("web", exists, { signal: abort.signal }));
  await cluster.until(() => cluster?.requests.some((one) => one.includes("watch=true")) === true);
  abort.abort();
  expect(await waiting).toMatchObject({ code: "ABORTED" });
  expect(cluster.requests.filter((one) => one.includes("/events"))).toEqual([]);
});

test("trouble of containers is told with how they ended before", () => {
  const pod = (status: object): object => ({ kind: "Pod", status });
  const words = (status: object): string[] => podTroubles(pod(status)).map(({ word, text }) => `${word} | ${text}`);
  const terminated = { exitCode: 137, reason: "OOMKilled" };
  const waiting = { reason: "CrashLoopBackOff", message: "back-off 10s" };
  expect(
    words({
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/3 nodes" }],
      initContainerStatuses: [
        { name: "init", state: { terminated: { exitCode: 1, reason: "Error", message: "boom\n" } } },
      ],
      containerStatuses: [
        { name: "app", state: { waiting }, lastState: { terminated } },
        { name: "fine", state: { running: {} } },
        { name: "coming", state: { waiting: { reason: "ContainerCreating" } } },
      ],
    }),
  ).toEqual([
    "Unschedulable | it has no node: 0/3 nodes",
    'Error | container "init" ended with exit code 1 (boom)',
    'CrashLoopBackOff | container "app": CrashLoopBackOff (back-off 10s); before, it ended with exit code 137 (OOMKilled)',
  ]);
});
