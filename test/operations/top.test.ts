import { afterEach, expect, test } from "vitest";
import { percentOf, usageCells, usageOf } from "../../src/operations/top/usage.ts";
import { render } from "../../src/repl/render/output.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { manualClock } from "../../src/sandbox/model/manual-clock.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";

let cluster: SandboxCluster;
let k8s: Cluster;

async function start(options: Parameters<typeof sandboxCluster>[0] = {}, measured = 10_000): Promise<void> {
  const clock = manualClock(Date.parse("2026-11-21T00:00:00Z"));
  cluster = sandboxCluster({ metrics: true, nodes: [{ name: "node0" }, { name: "node1" }], clock, ...options });
  k8s = cluster.k8s;
  clock.advance(1000);
  const container = (name: string, cpu: string, memory: string): object => ({
    name,
    image: "busybox:1",
    command: ["sleep", "1000"],
    resources: { requests: { cpu, memory } },
  });
  const pod = (name: string, containers: object[]): object => ({
    metadata: { name, labels: { app: name.replace(/-.*/, "") } },
    spec: { nodeName: "node0", containers },
  });
  await k8s.pods.create(pod("web-0", [container("web", "200m", "64Mi"), container("side", "20m", "512Mi")]) as never);
  await k8s.pods.create(pod("web-1", [container("web", "1", "32Mi")]) as never);
  await k8s.pods.create(pod("db-0", [container("db", "100m", "1Gi")]) as never);
  clock.advance(measured);
}

afterEach(() => cluster.close());

async function printed(value: unknown): Promise<string[]> {
  const text = await render(value, { format: { type: "table", wide: false }, color: false, now: 0 });
  return (text ?? "").split("\n");
}

test("pods come by name with numbers to reckon with, and their sum", async () => {
  await start();
  const pods = await k8s.top.pods({ labels: { app: "web" } });
  expect([...pods]).toEqual([
    { namespace: "default", pod: "web-0", cpuCores: 0.11, memoryBytes: 288 * 2 ** 20, time: expect.any(String) },
    { namespace: "default", pod: "web-1", cpuCores: 0.5, memoryBytes: 16 * 2 ** 20, time: expect.any(String) },
  ]);
  expect(pods.total).toEqual({ cpuCores: 0.61, memoryBytes: 304 * 2 ** 20 });
  expect(JSON.parse((await render(pods, { format: { type: "json" }, color: false, now: 0 })) ?? "")).toEqual([...pods]);
});

test("the tables are kubectl's: pods, containers, the most first, the sum below, all namespaces", async () => {
  await start();
  expect(await printed(await k8s.top.pods({ sortBy: "memory", sum: true }))).toEqual([
    "NAME    CPU(cores)   MEMORY(bytes)",
    "db-0    50m          512Mi",
    "web-0   110m         288Mi",
    "web-1   500m         16Mi",
    "        ________     ________",
    "        660m         816Mi",
  ]);
  expect(await printed(await k8s.everywhere.top.pods({ containers: true, sortBy: "cpu", labels: "app=web" }))).toEqual([
    "NAMESPACE   POD     NAME   CPU(cores)   MEMORY(bytes)",
    "default     web-1   web    500m         16Mi",
    "default     web-0   web    100m         32Mi",
    "default     web-0   side   10m          256Mi",
  ]);
  expect((await k8s.top.pods({ name: "web-0", containers: true })).map(({ container }) => container)).toEqual([
    "side",
    "web",
  ]);
  expect(await printed(await k8s.in("kube-system").top.pods())).toEqual([
    "No resources found in kube-system namespace.",
  ]);
  expect((await k8s.top.pods({ name: "db-0" })).map(({ pod }) => pod)).toEqual(["db-0"]);
  await expect(k8s.top.pods({ selector: "app=web" } as never)).rejects.toMatchObject({
    hint: 'The option is "labels".',
  });
  await expect(k8s.top.pods({ sortBy: "mem" as never })).rejects.toMatchObject({ hint: 'Use "cpu" or "memory".' });
  await expect(k8s.top.pods({ name: "none" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("nodes come with percent of what they have for pods; one that is not measured stands at the end", async () => {
  await start();
  await k8s.nodes.status.patch("node1", { status: { conditions: [{ type: "Ready", status: "False" }] } } as never);
  const nodes = await k8s.top.nodes();
  const capacity = (await k8s.nodes.get("node0")).status?.allocatable as Record<string, string>;
  const [first] = nodes;
  expect(first).toMatchObject({ name: "node0", cpuCores: 0.71, memoryBytes: 1072 * 2 ** 20 });
  expect(first?.cpuPercent).toBe(Math.floor(71 / usageOf(capacity).cpuCores));
  expect(await printed(nodes)).toEqual([
    expect.stringMatching(/^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)$/),
    expect.stringMatching(/^node0 +710m +\d+% +1072Mi +\d+%$/),
    expect.stringMatching(/^node1 +<unknown> +<unknown> +<unknown> +<unknown>$/),
  ]);
});

test("kubectl's units: millicores rounded up, whole mebibytes and percent cut", () => {
  expect(usageCells(usageOf({ cpu: "1n", memory: "1048575" }))).toEqual(["1m", "0Mi"]);
  expect(usageCells(usageOf({ cpu: "300m", memory: "2047Ki" }))).toEqual(["300m", "1Mi"]);
  expect(usageCells({ cpuCores: 0.1 + 0.2, memoryBytes: 2 ** 40 })).toEqual(["300m", "1048576Mi"]);
  expect(percentOf(0.299, 1)).toBe(29);
  expect(percentOf(1, 0)).toBe(0);
  expect(percentOf(1, undefined)).toBeUndefined();
});

test("where nobody serves metrics, or who should does not answer, or nothing is measured yet, it says what to do", async () => {
  await start({ metrics: false });
  await expect(k8s.top.nodes()).rejects.toMatchObject({
    code: "UNKNOWN_RESOURCE",
    message: "Cannot read usage: Metrics API not available",
    hint: expect.stringMatching(/metrics-server.*sandbox.*--metrics/),
  });
  await cluster.close();
  let answer = Response.json({ kind: "Status", code: 503, message: "unable to handle the request" }, { status: 503 });
  const fail = (request: Request): Response | undefined =>
    request.url.includes("/metrics.k8s.io/") ? answer.clone() : undefined;
  await start({ fail });
  await expect(k8s.top.pods()).rejects.toMatchObject({
    message: "Cannot read usage: metrics-server does not answer",
    hint: expect.stringContaining("v1beta1.metrics.k8s.io"),
  });
  answer = Response.json({ kind: "Status", code: 404, details: { name: "web-0" } }, { status: 404 });
  await expect(k8s.top.pods({ name: "web-0" })).rejects.toMatchObject({
    message: "Cannot read usage: metrics not available yet",
  });
  const unplaced = { nodeSelector: { none: "such" }, containers: [{ name: "main", image: "busybox" }] };
  await k8s.pods.create({ metadata: { name: "waiting" }, spec: unplaced } as never);
  answer = Response.json({ kind: "Status", code: 404, details: { name: "waiting" } }, { status: 404 });
  await expect(k8s.top.pods({ name: "waiting" })).rejects.toMatchObject({
    message: 'Cannot read usage: pod "waiting" is Pending',
  });
  answer = Response.json({ kind: "Status", code: 404, details: { name: "node0" } }, { status: 404 });
  expect(await k8s.top.nodes({ name: "node0" })).toMatchObject([{ name: "node0", cpuPercent: undefined }]);
  answer = Response.json({ kind: "PodMetricsList", apiVersion: "metrics.k8s.io/v1beta1", items: [] });
  await expect(k8s.top.pods()).rejects.toMatchObject({ message: "Cannot read usage: metrics not available yet" });
});
