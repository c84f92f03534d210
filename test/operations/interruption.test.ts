import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { isKubescriptError } from "../../src/errors.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";
import { Underway } from "../support/underway.ts";

/**
 * Every operation, aborted as its first, second, third … request goes out, and once it waits. Whenever that is, it ends at
 * once, and nothing goes on: no request at the server, no connection taken over, no listener, no process, no file that is
 * half written.
 */
let cluster: StreamCluster;
const underway = new Underway();
/** Called as each request of the client goes out. */
let onRequest: () => void = () => {};
let folder: string;

beforeAll(async () => {
  cluster = await startStreamCluster({ observe: () => onRequest() }, underway);
  await cluster.pod("p");
  const { k8s } = cluster;
  await k8s.deployments.create(deployment("web", 2));
  await k8s.deployments.rollout.wait("web");
  await k8s.services.create({
    metadata: { name: "web" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  });
  await k8s.configmaps.create({ metadata: { name: "held", finalizers: ["example.com/kept"] } });
});
afterAll(() => cluster.close());
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-interruption-"));
});
afterEach(() => {
  onRequest = () => {};
  rmSync(folder, { recursive: true, force: true });
});

function deployment(name: string, replicas: number, paused = false): Deployment {
  const labels = { app: name };
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: "main", image: "busybox:1" }] };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas, paused, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

async function drained(values: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of values);
}

const MANIFESTS = ["a", "b", "c"]
  .map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: from-${name} }\n`)
  .join("---\n");

/** What is begun under the signal; it need not end by itself. */
type Begin = (k8s: Cluster, signal: AbortSignal) => Promise<unknown>;

const OPERATIONS: Readonly<Record<string, Begin>> = {
  "a list of many pages": (k8s, signal) => k8s.everywhere.pods.list({ pageSize: 1, signal }),
  "a watch": (k8s, signal) => drained(k8s.pods.watch({ signal })),
  "a wait for what does not come": (k8s, signal) =>
    k8s.pods.wait("p", "condition=Never", { timeoutMs: 60_000, signal }),
  "a wait for several": (k8s, signal) =>
    k8s.pods.wait(["p", "q"], k8s.conditions.all("exists", "ready"), { timeoutMs: 60_000, signal }),
  "a deletion that is waited for": (k8s, signal) => k8s.configmaps.delete("held", { wait: true, signal }),
  "a rollout that is followed": async (k8s, signal) => {
    await k8s.deployments.patch("web", {
      spec: { paused: true, template: { metadata: { annotations: { a: Math.random().toString() } } } },
    });
    await k8s.deployments.rollout.wait("web", { signal });
  },
  "a scaling that is waited for": (k8s, signal) =>
    k8s.deployments.scale("web", 2, { wait: true, timeoutMs: 60_000, signal }),
  "an apply that waits": (k8s, signal) => k8s.apply([MANIFESTS, deployment("never", 1, true)], { wait: true, signal }),
  "a diff": (k8s, signal) => k8s.diff(MANIFESTS, { signal }),
  "a deletion of manifests": (k8s, signal) => k8s.delete(MANIFESTS, { ignoreNotFound: true, wait: true, signal }),
  "a drain": (k8s, signal) => k8s.nodes.drain("node0", { force: true, dryRun: true, signal }),
  "a log that is followed": (k8s, signal) => drained(k8s.pods.logs("p", { follow: true, signal })),
  "logs of a workload that are followed": (k8s, signal) =>
    drained(k8s.deployments.logs("web", { follow: true, signal })),
  "events that are followed": (k8s, signal) => drained(k8s.events.follow({ signal })),
  "a command that goes on": (k8s, signal) => k8s.pods.exec("p", ["sleep", "60"], { signal }),
  "a command that prints for ever": (k8s, signal) => k8s.pods.exec("p", ["yes"], { maxBufferBytes: 1e12, signal }),
  "a command at the other end of a slow reader": async (k8s, signal) => {
    const process = await k8s.pods.exec("p", ["yes"], { live: true, signal });
    await process.exit;
  },
  "an attach": (k8s, signal) => k8s.pods.attach("p", { signal }),
  "a run that is attached": (k8s, signal) =>
    k8s.run(`run-${Math.random().toString(36).slice(2)}`, { image: "busybox:1", attach: true, rm: true, signal }),
  "a debug container": (k8s, signal) => k8s.pods.debug("p", { image: "busybox:1", attach: true, signal }),
  "a copy from a container": async (k8s, signal) => {
    // A program of a hundred megabytes.
    await k8s.pods.cp(`p:${process.execPath}`, path.join(folder, "node"), { signal });
  },
  "a copy of many files from a container": async (k8s, signal) => {
    await k8s.pods.cp(`p:${path.join(import.meta.dirname, "../sandbox")}`, path.join(folder, "copy"), { signal });
  },
  "a copy into a container": async (k8s, signal) => {
    mkdirSync(path.join(folder, "from"));
    for (let file = 0; file < 200; file++) writeFileSync(path.join(folder, "from", `${file}`), "x".repeat(100_000));
    await k8s.pods.cp(path.join(folder, "from"), `p:${path.join(folder, "to")}`, { signal });
  },
  "a port-forward": async (k8s, signal) => (await k8s.pods.portForward("p", ":80", { signal })).closed,
  "a proxy": async (k8s, signal) => (await k8s.proxy({ port: 0, signal })).closed,
  "a description": (k8s, signal) => k8s.deployments.describe("web", { signal }),
  "a tree": (k8s, signal) => k8s.deployments.tree("web", { signal }),
  "work across namespaces": (k8s, signal) =>
    k8s.across({ namespaces: ["default", "kube-system"] }, (one) => one.pods.wait("p", "condition=Never"), { signal }),
};

const listening = (): number => process.getActiveResourcesInfo().filter((one) => /Server|Process/.test(one)).length;

test.each(Object.keys(OPERATIONS))("%s leaves nothing, whenever it is interrupted", async (name) => {
  const begin = OPERATIONS[name] as Begin;
  const { k8s } = cluster;
  const before = { listening: listening() };
  for (let at = 1; at <= 8; at++) {
    const controller = new AbortController();
    let requests = 0;
    let settled = false;
    onRequest = () => {
      requests += 1;
      if (requests === at) controller.abort();
    };
    const outcome = begin(k8s, controller.signal).then(
      () => undefined,
      (error: unknown) => error,
    );
    void outcome.finally(() => {
      settled = true;
    });
    const isBusy = (): boolean => underway.requests.length + listening() > before.listening;
    // What has asked nothing more for a while is waiting, and is seen to be: it is interrupted there.
    let [calm, last] = [0, 0];
    const quiet = await vi
      .waitUntil(
        () => {
          calm = isBusy() && requests === last ? calm + 1 : 0;
          last = requests;
          if (settled || requests >= at) return "going";
          return calm >= 20 ? "waiting" : undefined;
        },
        { timeout: 10_000, interval: 5 },
      )
      .finally(() => controller.abort());
    const error = await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 3000, "it did not end"))]);
    if (error !== undefined) {
      expect(isKubescriptError(error) && error.code, `interrupted at request ${at}: ${String(error)}`).toBe("ABORTED");
    }
    await expect
      .poll(() => ({ requests: underway.requests, listening: listening() }), {
        timeout: 3000,
        message: `at request ${at}`,
      })
      .toEqual({ requests: [], listening: before.listening });
    const halves = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
      /kubescript|partial|tmp/.test(file),
    );
    expect(halves, "nothing half written stays").toEqual([]);
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    if (quiet === "waiting" || requests < at) return;
  }
});
