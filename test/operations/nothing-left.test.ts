import { getEventListeners } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ProgressTask } from "../../src/resources/progress.ts";
import { systemTiming, type Timing } from "../../src/resources/timing.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";

/**
 * Every operation to its own end, good or bad. Then no line of progress stands, no timer runs, and its caller's signal,
 * which may live as long as the process, is not listened to any more. What an interruption leaves is in
 * interruption.test.ts.
 */
let cluster: StreamCluster;
let folder: string;
const tasks = new Set<string>();
const timers = new Map<symbol, string>();

function showProgress(title: string): ProgressTask {
  tasks.add(title);
  return { update: () => {}, end: () => void tasks.delete(title) };
}

/** The clock of the process, counting what waits for it. */
function countTimers(): void {
  const { after, sleep } = { ...systemTiming };
  const note = (what: string): (() => void) => {
    const key = Symbol();
    timers.set(key, what);
    return () => void timers.delete(key);
  };
  const counted: Pick<Timing, "after" | "sleep"> = {
    after: (ms, run) => {
      const over = note(`after ${ms} ms`);
      const timer = after(ms, () => {
        over();
        run();
      });
      return {
        cancel: () => {
          over();
          timer.cancel();
        },
      };
    },
    sleep: (ms, signal) => sleep(ms, signal).finally(note(`sleep of ${ms} ms`)),
  };
  vi.spyOn(systemTiming, "after").mockImplementation(counted.after);
  vi.spyOn(systemTiming, "sleep").mockImplementation(counted.sleep);
}

beforeAll(async () => {
  countTimers();
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-nothing-left-"));
  writeFileSync(path.join(folder, "file"), "content");
  cluster = await startStreamCluster({ showProgress });
  await cluster.pod("p");
  const { k8s } = cluster;
  await k8s.deployments.create(deployment("web"));
  await k8s.deployments.rollout.wait("web");
  await k8s.services.create({ metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } });
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

function deployment(name: string, paused = false): Deployment {
  const labels = { app: name };
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: "main", image: "busybox:1" }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas: 1, paused, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

const config = (name: string): object => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

async function first(values: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of values) return;
}

/** Opens a way to a port and ends it. */
function visited(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.end());
    socket.on("error", () => {}).on("close", () => resolve());
  });
}

const SHORT = { timeoutMs: 30 };

const OPERATIONS: Readonly<Record<string, (k8s: Cluster, signal: AbortSignal) => Promise<unknown>>> = {
  "a wait": (k8s, signal) => k8s.pods.wait("p", "ready", { signal }),
  "a wait that is late, with what it explains": (k8s, signal) =>
    k8s.deployments.wait("web", "condition=Never", { ...SHORT, signal }),
  "a wait for several of which one is hopeless": (k8s, signal) => k8s.pods.wait(["p", "none"], "ready", { signal }),
  "a rollout": (k8s, signal) => k8s.deployments.rollout.wait("web", { timeoutMs: 60_000, signal }),
  "a rollout that is late": async (k8s, signal) => {
    await k8s.deployments.create(deployment("late", true), { signal });
    await k8s.deployments.rollout.wait("late", { ...SHORT, signal });
  },
  "a scaling that is waited for": (k8s, signal) => k8s.deployments.scale("web", 1, { wait: true, signal }),
  "a deletion that is waited for": async (k8s, signal) => {
    await k8s.create(config("gone"), { signal });
    await k8s.configmaps.delete("gone", { wait: true, signal });
  },
  "an apply that waits": (k8s, signal) => k8s.apply(config("applied"), { wait: true, signal }),
  "an apply that fails": (k8s, signal) => k8s.apply({ ...config("Applied!") }, { signal }),
  "a deletion of manifests": (k8s, signal) => k8s.delete(config("applied"), { signal }),
  "a drain": (k8s, signal) => k8s.nodes.drain("node0", { dryRun: true, force: true, signal }),
  "a drain that something is in the way of": (k8s, signal) => k8s.nodes.drain("node0", { timeoutMs: 60_000, signal }),
  "a drain with a limit that is none": (k8s, signal) => k8s.nodes.drain("node0", { timeoutMs: Number.NaN, signal }),
  "a log": (k8s, signal) => first(k8s.pods.logs("p", { signal })),
  "a command": (k8s, signal) => k8s.pods.exec("p", ["cat"], { stdin: "typed", signal }),
  "a command that prints too much": (k8s, signal) => k8s.pods.exec("p", ["yes"], { maxBufferBytes: 1000, signal }),
  "a command whose streams are closed": async (k8s, signal) => {
    const process = await k8s.pods.exec("p", ["sleep", "60"], { live: true, signal });
    await process[Symbol.asyncDispose]();
  },
  "a container that is debugged beside": (k8s, signal) => k8s.pods.debug("p", { image: "busybox:1", signal }),
  "a container that does not start in time": (k8s, signal) =>
    k8s.run("slow", { image: "busybox:1", attach: true, rm: true, startTimeoutMs: 1, signal }),
  "a container whose time to start is none": (k8s, signal) =>
    k8s.run("none", { image: "busybox:1", attach: true, rm: true, startTimeoutMs: Number.NaN, signal }),
  "a copy from a container": (k8s, signal) =>
    k8s.pods.cp(`p:${folder}/file`, `${folder}/copied`, { overwrite: true, signal }),
  "a copy into a container": (k8s, signal) =>
    k8s.pods.cp(`${folder}/file`, `p:${folder}/received`, { overwrite: true, checksum: true, signal }),
  "a copy of what is not there": (k8s, signal) => k8s.pods.cp("p:/none", `${folder}/none`, { signal }),
  "a port-forward": async (k8s, signal) => {
    const forward = await k8s.pods.portForward("p", ":9", { lingerMs: 10, signal });
    await visited(forward.localPort);
    await forward.close();
  },
  "a port-forward to a port that is no port": (k8s, signal) => k8s.services.portForward("web", "none", { signal }),
  "a proxy": async (k8s, signal) => {
    const proxy = await k8s.proxy({ port: 0, signal });
    await (await fetch(`${proxy.url}/version`)).text();
    await proxy.close();
  },
  "events, of which the first will do": (k8s, signal) => first(k8s.events.follow({ signal })),
  "a tree": (k8s, signal) => k8s.deployments.tree("web", { signal }),
  "work across namespaces": (k8s, signal) =>
    k8s.across({ namespaces: ["default", "none"] }, (one) => one.pods.list(), { signal }),
};

test.each(Object.keys(OPERATIONS))("%s leaves nothing when it ends", async (name) => {
  const { signal } = new AbortController();
  await OPERATIONS[name]?.(cluster.k8s, signal).catch(() => undefined);
  expect([...tasks], "lines of progress").toEqual([]);
  expect([...timers.values()], "timers").toEqual([]);
  // A connection's closing handshake is not waited for.
  await expect.poll(() => getEventListeners(signal, "abort").length, { timeout: 3000 }).toBe(0);
  expect(existsSync(path.join(folder, "none"))).toBe(false);
});
