import { afterAll, beforeAll, expect, test } from "vitest";
import { systemTiming } from "../../src/resources/timing.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";

let cluster: StreamCluster;
const warnings: Error[] = [];
const note = (warning: Error): void => void warnings.push(warning);
beforeAll(async () => {
  process.on("warning", note);
  cluster = await startStreamCluster();
  await cluster.pod("p");
});
afterAll(async () => {
  process.off("warning", note);
  await cluster.close();
});

async function first(values: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of values) return;
}

const CALLS: Readonly<Record<string, (k8s: Cluster, signal: AbortSignal, index: number) => Promise<unknown>>> = {
  list: (k8s, signal) => k8s.pods.list({ signal }),
  "raw get": (k8s, signal) => k8s.http.get("/version", { signal }),
  watch: (k8s, signal) => first(k8s.pods.watch({ signal })),
  exec: (k8s, signal) => k8s.pods.exec("p", ["true"], { signal }),
  logs: (k8s, signal) => k8s.pods.logs("p", { signal }).return(),
  "port-forward": async (k8s, signal) => (await k8s.pods.portForward("p", 80, { signal })).close(),
  tree: (k8s, signal) => k8s.pods.tree("p", { signal }),
  apply: (k8s, signal, index) =>
    k8s.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `c-${index}` } }, { signal }),
  sleep: (_k8s, signal) => systemTiming.sleep(1, signal),
};

test.each(Object.keys(CALLS))(
  "many calls of %s may share one signal, and Node takes none of it for a leak",
  async (name) => {
    const { signal } = new AbortController();
    const count = name === "exec" || name === "tree" ? 15 : 50;
    await Promise.all(Array.from({ length: count }, (_, index) => CALLS[name]?.(cluster.k8s, signal, index)));
    // warnings are told in a turn of their own
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  },
);
