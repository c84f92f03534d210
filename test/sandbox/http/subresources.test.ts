import { beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { type TestServer, testServer } from "./server.ts";

const OPTIONS = { manager: "test" };
const PODS = "/api/v1/namespaces/default/pods";
let server: TestServer;

beforeEach(() => {
  server = testServer();
  server.sandbox.registry.create("serviceaccounts", "default", { metadata: { name: "default" } }, OPTIONS);
});

function createPod(name: string): ApiObject {
  const spec = { containers: [{ name: "main", image: "busybox" }] };
  return server.sandbox.registry.create(
    "pods",
    "default",
    { metadata: { name, labels: { app: "web" } }, spec },
    OPTIONS,
  );
}

function run(name: string): void {
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  server.sandbox.registry.modify("pods", "default", name, (pod) => ({ ...pod, status }), {
    ...OPTIONS,
    subresource: "status",
  });
}

function createBudget(disruptionsAllowed: number): void {
  const budgets = "poddisruptionbudgets.policy";
  const spec = { minAvailable: 1, selector: { matchLabels: { app: "web" } } };
  server.sandbox.registry.create(budgets, "default", { metadata: { name: "pdb" }, spec }, OPTIONS);
  const status = { disruptionsAllowed, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, observedGeneration: 1 };
  server.sandbox.registry.modify(budgets, "default", "pdb", (live) => ({ ...live, status }), {
    ...OPTIONS,
    subresource: "status",
  });
}

describe("binding", () => {
  it("places a pod on a node, once", async () => {
    createPod("p");
    const binding = { target: { kind: "Node", name: "node0" } };
    expect((await server.ask("POST", `${PODS}/p/binding`, binding)).status).toBe(201);
    expect(server.sandbox.registry.get("pods", "default", "p")).toMatchObject({
      spec: { nodeName: "node0" },
      status: { conditions: [{ type: "PodScheduled", status: "True" }] },
      metadata: { generation: 1 },
    });
    expect(await server.ask("POST", `${PODS}/p/binding`, binding)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('pod p is already assigned to node "node0"') },
    });
  });
});

describe("eviction", () => {
  it("spends the budget of the pod, and is refused when there is none left", async () => {
    for (const name of ["p", "q"]) {
      createPod(name);
      run(name);
    }
    createBudget(1);
    const eviction = (name: string) => ({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name } });
    expect((await server.ask("POST", `${PODS}/p/eviction`, eviction("p"))).status).toBe(201);
    expect(server.sandbox.registry.get("pods", "default", "p")).toBeUndefined();
    expect(await server.ask("POST", `${PODS}/q/eviction`, eviction("q"))).toMatchObject({
      status: 429,
      body: { reason: "TooManyRequests", details: { causes: [{ reason: "DisruptionBudget" }] } },
    });
    expect(server.sandbox.registry.get("pods", "default", "q")).toBeDefined();
  });

  it("is asked for in policy/v1beta1 too, as clients before 1.22 do, and in no other version", async () => {
    createPod("p");
    const eviction = (apiVersion: string) => ({ apiVersion, kind: "Eviction", metadata: { name: "p" } });
    expect((await server.ask("POST", `${PODS}/p/eviction`, eviction("policy/v1alpha1"))).status).toBe(400);
    expect((await server.ask("POST", `${PODS}/p/eviction`, eviction("policy/v1beta1"))).status).toBe(201);
    expect(server.sandbox.registry.get("pods", "default", "p")).toBeUndefined();
  });

  it("spends nothing in a dry run", async () => {
    createPod("p");
    run("p");
    createBudget(1);
    const eviction = { metadata: { name: "p" }, deleteOptions: { dryRun: ["All"] } };
    expect((await server.ask("POST", `${PODS}/p/eviction`, eviction)).status).toBe(201);
    expect(server.sandbox.registry.get("pods", "default", "p")).toBeDefined();
    expect(server.sandbox.registry.get("poddisruptionbudgets.policy", "default", "pdb")).toMatchObject({
      status: { disruptionsAllowed: 1 },
    });
  });
});

describe("a namespace", () => {
  it("goes when its finalizer is taken from its spec", async () => {
    await server.ask("POST", "/api/v1/namespaces", { metadata: { name: "n" } });
    const marked = await server.ask("DELETE", "/api/v1/namespaces/n");
    expect(marked).toMatchObject({ status: 200, body: { status: { phase: "Terminating" } } });
    const finalized = { ...marked.body, spec: { finalizers: [] } };
    expect((await server.ask("PUT", "/api/v1/namespaces/n/finalize", finalized)).status).toBe(200);
    expect((await server.ask("GET", "/api/v1/namespaces/n")).status).toBe(404);
  });
});

describe("versions that share objects", () => {
  it("show one event under both groups", async () => {
    const involvedObject = { kind: "Pod", name: "p", namespace: "default" };
    const event = { metadata: { name: "e" }, involvedObject, reason: "Started", message: "it did", type: "Normal" };
    await server.ask("POST", "/api/v1/namespaces/default/events", event);
    const { body } = await server.ask("GET", "/apis/events.k8s.io/v1/namespaces/default/events/e");
    expect(body).toMatchObject({ apiVersion: "events.k8s.io/v1", note: "it did", regarding: { name: "p" } });
    expect(body).not.toHaveProperty("message");
  });

  it("show one autoscaler in both versions, and lose nothing on the way", async () => {
    const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
    const metric = (name: string) => ({
      type: "Resource",
      resource: { name, target: { type: "Utilization", averageUtilization: 70 } },
    });
    const spec = {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "d" },
      maxReplicas: 5,
      metrics: [metric("cpu"), metric("memory")],
    };
    await server.ask("POST", path("v2"), { metadata: { name: "h" }, spec });
    const old = await server.ask("GET", `${path("v1")}/h`);
    expect(old.body).toMatchObject({ apiVersion: "autoscaling/v1", spec: { targetCPUUtilizationPercentage: 70 } });
    expect((await server.ask("PUT", `${path("v1")}/h`, old.body)).status).toBe(200);
    const { body } = await server.ask("GET", `${path("v2")}/h`);
    expect(body).toMatchObject({ apiVersion: "autoscaling/v2", spec: { metrics: [metric("cpu"), metric("memory")] } });
  });
});
