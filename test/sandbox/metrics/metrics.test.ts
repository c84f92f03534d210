import { afterEach, expect, test } from "vitest";
import { createSandbox, type ManualClock, manualClock, type Sandbox } from "../../../src/sandbox/index.ts";

const ADMIN = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "0" } };
let sandbox: Sandbox;
let clock: ManualClock;

afterEach(() => sandbox.close());

function start(metrics: boolean): void {
  clock = manualClock(Date.UTC(2026, 0, 1));
  sandbox = createSandbox({ clock, addons: false, metrics, nodes: [{ name: "n" }] });
  clock.advance(0);
}

async function get(path: string): Promise<{ [field: string]: unknown }> {
  const response = await sandbox.handle(new Request(`https://sandbox${path}`), ADMIN);
  return JSON.parse((await response.text()).replace(/^404.*/, "{}")) as { [field: string]: unknown };
}

function run(name: string, annotations: object, resources: object = {}): void {
  const pod = {
    metadata: { name, annotations, labels: { app: name } },
    spec: {
      containers: [
        { name: "main", image: "busybox:1", command: ["sleep", "3600"], resources },
        { name: "side", image: "busybox:1", command: ["sleep", "3600"] },
      ],
    },
  };
  sandbox.registry.create("pods", "default", pod, { manager: "test" });
}

test("pods take what their annotations say, or half of what they request", async () => {
  start(true);
  run("steered", { "sandbox.kubescript.dev/cpu.main": "1500m", "sandbox.kubescript.dev/memory": "1Gi" });
  run("plain", {}, { requests: { cpu: "200m", memory: "64Mi" } });
  clock.advance(10_000);
  const list = await get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods");
  expect(list).toMatchObject({ kind: "PodMetricsList", apiVersion: "metrics.k8s.io/v1beta1" });
  const usage = (list.items as { containers: { usage: object }[] }[]).map((one) => one.containers.map((c) => c.usage));
  expect(usage).toEqual([
    [
      { cpu: "100000000n", memory: "32768Ki" },
      { cpu: "1000000n", memory: "8192Ki" },
    ],
    [
      { cpu: "1500000000n", memory: "1048576Ki" },
      { cpu: "1000000n", memory: "1048576Ki" },
    ],
  ]);
  expect((await get("/apis/metrics.k8s.io/v1beta1/pods?labelSelector=app%3Dplain")).items).toHaveLength(1);
  expect(await get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/plain")).toMatchObject({
    kind: "PodMetrics",
    metadata: { name: "plain", namespace: "default" },
    timestamp: "2026-01-01T00:00:05Z",
    window: "15s",
  });
  expect(await get("/apis/metrics.k8s.io/v1beta1/nodes/n")).toMatchObject({
    kind: "NodeMetrics",
    usage: { cpu: "1652000000n", memory: "2400256Ki" },
  });
});

test("what does not run takes nothing and is not there", async () => {
  start(true);
  run("failing", { "sandbox.kubescript.dev/image-pull": "fail" });
  clock.advance(10_000);
  expect((await get("/apis/metrics.k8s.io/v1beta1/pods")).items).toEqual([]);
  expect(await get("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/failing")).toMatchObject({ code: 404 });
});

test("the group is discovered where it is on, and not where it is off", async () => {
  start(true);
  expect((await get("/apis/metrics.k8s.io")).preferredVersion).toMatchObject({ version: "v1beta1" });
  const { resources } = await get("/apis/metrics.k8s.io/v1beta1");
  expect(resources).toMatchObject([
    { name: "nodes", kind: "NodeMetrics" },
    { name: "pods", kind: "PodMetrics" },
  ]);
  expect((await get("/openapi/v3/apis/metrics.k8s.io/v1beta1")).paths).toHaveProperty([
    "/apis/metrics.k8s.io/v1beta1/nodes",
  ]);
  sandbox.close();
  start(false);
  expect(await get("/apis/metrics.k8s.io")).not.toHaveProperty("versions");
});

test("nobody writes or watches usage", async () => {
  start(true);
  const ask = (method: string, path: string): Promise<Response> =>
    sandbox.handle(new Request(`https://sandbox/apis/metrics.k8s.io/v1beta1${path}`, { method }), ADMIN);
  expect((await ask("GET", "/pods?watch=1")).status).toBe(405);
  expect((await ask("DELETE", "/nodes/n")).status).toBe(405);
});
