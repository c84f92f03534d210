import { describe, expect, it } from "vitest";
import { ServiceAllocator } from "../../../src/sandbox/defaults/service-allocation.ts";
import { prepareForCreate, prepareForUpdate } from "../../../src/sandbox/defaults/strategies.ts";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";

const definitions = builtInDefinitions();

function definition(kind: string): ResourceDefinition {
  const found = definitions.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

function object(kind: string, fields: Record<string, unknown>, metadata: ApiObject["metadata"] = {}): ApiObject {
  return { apiVersion: "v1", kind, metadata: { name: "x", ...metadata }, ...fields };
}

describe("a create", () => {
  it("sets no status of the client's own", () => {
    const deployment = object("Deployment", { spec: {}, status: { replicas: 9 } }, { generation: 7 });
    prepareForCreate(definition("Deployment"), deployment);
    expect(deployment).toMatchObject({ metadata: { generation: 1 }, status: {} });
    expect(deployment.status).toEqual({});
    const pod = object("Pod", { spec: { containers: [] }, status: { phase: "Running" } });
    prepareForCreate(definition("Pod"), pod);
    expect(pod.status).toEqual({ phase: "Pending", qosClass: "BestEffort" });
  });

  it("keeps the status that a kubelet registers its node with", () => {
    const node = object("Node", { status: { capacity: { cpu: "1" } } });
    prepareForCreate(definition("Node"), node);
    expect(node.status).toEqual({ capacity: { cpu: "1" } });
  });

  it("gives a Job's pods its uid, unless their selector is the author's", () => {
    const job = object("Job", { spec: { template: {} } }, { uid: "u" });
    prepareForCreate(definition("Job"), job);
    expect(job.spec).toMatchObject({
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "u" } },
      template: { metadata: { labels: { "job-name": "x", "controller-uid": "u" } } },
    });
    const manual = object("Job", { spec: { manualSelector: true, template: {} } });
    prepareForCreate(definition("Job"), manual);
    expect(manual.spec).toEqual({ manualSelector: true, template: {} });
  });
});

describe("an update", () => {
  const old = object("Deployment", { spec: { replicas: 1 }, status: { replicas: 1 } }, { generation: 3 });

  it("of the object keeps the status, and counts a change of the spec", () => {
    const updated = object("Deployment", { spec: { replicas: 2 }, status: { replicas: 9 } });
    prepareForUpdate(definition("Deployment"), old, updated);
    expect(updated).toMatchObject({ metadata: { generation: 4 }, spec: { replicas: 2 }, status: { replicas: 1 } });
    const same = object("Deployment", { spec: { replicas: 1, template: {} } }, { labels: { a: "b" } });
    prepareForUpdate(definition("Deployment"), old, same);
    expect(same.metadata.generation).toBe(3);
  });

  it("of the status keeps all but the status", () => {
    const updated = object("Deployment", { spec: { replicas: 5 }, status: { replicas: 2 } }, { labels: { a: "b" } });
    prepareForUpdate(definition("Deployment"), old, updated, "status");
    expect(updated).toMatchObject({ metadata: { generation: 3 }, spec: { replicas: 1 }, status: { replicas: 2 } });
    expect(updated.metadata.labels).toBeUndefined();
  });

  it("of a custom resource counts any field but metadata and a status of its own", () => {
    const custom = {
      definitionName: "w",
      printerColumns: [],
      statusSubresource: true,
      scale: undefined,
      selectableFields: [],
      preserveUnknownFields: false,
    };
    const widget = { ...definition("ConfigMap"), custom };
    const before = object("Widget", { spec: { a: 1 }, status: { s: 1 } }, { generation: 1 });
    const after = object("Widget", { spec: { a: 1 }, status: { s: 2 }, other: 1 });
    prepareForUpdate(widget, before, after);
    expect(after).toMatchObject({ metadata: { generation: 2 }, status: { s: 1 } });
    const statusOnly = object(
      "Widget",
      { spec: { a: 9 }, status: { s: 2 } },
      { labels: { a: "b" }, resourceVersion: "5" },
    );
    prepareForUpdate(widget, before, statusOnly, "status");
    expect(statusOnly).toMatchObject({
      metadata: { generation: 1, resourceVersion: "5" },
      spec: { a: 1 },
      status: { s: 2 },
    });
    expect(statusOnly.metadata.labels).toBeUndefined();
  });
});

describe("a Service", () => {
  const service = (spec: Record<string, unknown>, name = "s"): ApiObject => object("Service", { spec }, { name });
  const port = { port: 80, protocol: "TCP" };

  it("is given an address and node ports that no other has", () => {
    const allocator = new ServiceAllocator();
    const [one, two] = [
      service({ type: "NodePort", ports: [{ ...port }] }),
      service({ type: "NodePort", ports: [{ ...port }] }),
    ];
    expect([...allocator.allocate(one), ...allocator.allocate(two)]).toEqual([]);
    expect(one.spec).toMatchObject({ ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" });
    const held = [one, two].map(({ spec }) => spec as { clusterIP: string; ports: { nodePort: number }[] });
    expect(new Set(held.map(({ clusterIP }) => clusterIP)).size).toBe(2);
    expect(new Set(held.map(({ ports }) => ports[0]?.nodePort)).size).toBe(2);
  });

  it("cannot have what is taken or out of range, until it is released", () => {
    const allocator = new ServiceAllocator();
    const first = service({ type: "NodePort", clusterIP: "10.96.0.5", ports: [{ ...port, nodePort: 30001 }] });
    allocator.allocate(first);
    const again = () => service({ type: "NodePort", clusterIP: "10.96.0.5", ports: [{ ...port, nodePort: 30001 }] });
    expect(allocator.allocate(again()).map(({ field, detail }) => [field, detail])).toEqual([
      ["spec.clusterIPs", "failed to allocate IP 10.96.0.5: provided IP is already allocated"],
      ["spec.ports[0].nodePort", "provided port is already allocated"],
    ]);
    expect(allocator.allocate(service({ type: "NodePort", ports: [{ ...port, nodePort: 80 }] }))[0]?.detail).toBe(
      "provided port is not in the valid range. The range of valid ports is 30000-32767",
    );
    allocator.release(first);
    expect(allocator.allocate(again())).toEqual([]);
  });

  it("takes nothing in a dry run", () => {
    const allocator = new ServiceAllocator();
    const tried = service({ clusterIP: "10.96.0.9", ports: [port] });
    allocator.allocate(tried, undefined, { dryRun: true });
    expect(allocator.allocate(structuredClone(tried))).toEqual([]);
  });

  it("keeps what it has through an update that leaves it out, and drops what its type has no use for", () => {
    const allocator = new ServiceAllocator();
    const old = service({ type: "NodePort", ports: [{ ...port }] });
    allocator.allocate(old);
    const same = service({ type: "NodePort", ports: [{ ...port }] });
    prepareForUpdate(definition("Service"), old, same);
    expect(same.spec).toEqual(old.spec);
    const external = service({ ...(structuredClone(old.spec) as object), type: "ExternalName", externalName: "a.b" });
    prepareForUpdate(definition("Service"), old, external);
    expect(external.spec).toEqual({ type: "ExternalName", externalName: "a.b", ports: [port] });
  });

  it("that is headless has no address", () => {
    const headless = service({ clusterIP: "None", selector: { a: "b" }, ports: [port] });
    expect(new ServiceAllocator().allocate(headless)).toEqual([]);
    expect(headless.spec).toMatchObject({ clusterIP: "None", clusterIPs: ["None"], ipFamilyPolicy: "SingleStack" });
  });
});
