import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type ManualClock, manualClock, type Sandbox } from "../../../src/sandbox/index.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";

const OPTIONS = { manager: "test" };
let clock: ManualClock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock(Date.UTC(2026, 0, 1));
  sandbox = createSandbox({ clock, controllers: false });
});

function createConfigMap(name: string, metadata: Partial<ApiObject["metadata"]> = {}): ApiObject {
  return sandbox.registry.create("configmaps", "default", { metadata: { name, ...metadata } }, OPTIONS);
}

function createPod(name: string): ApiObject {
  sandbox.registry.get("serviceaccounts", "default", "default") ??
    sandbox.registry.create("serviceaccounts", "default", { metadata: { name: "default" } }, OPTIONS);
  const spec = { nodeName: "node0", containers: [{ name: "main", image: "busybox" }] };
  return sandbox.registry.create("pods", "default", { metadata: { name }, spec }, OPTIONS);
}

describe("the registry", () => {
  it("keeps the version of an object that a write does not change", () => {
    const created = createConfigMap("a");
    clock.advance(60_000);
    const again = sandbox.registry.modify("configmaps", "default", "a", (live) => ({ ...live }), OPTIONS);
    expect(again?.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
  });

  it("creates in another served version of what it stores, whose owner that version is", () => {
    const options = { ...OPTIONS, apiVersion: "events.k8s.io/v1" };
    const event = { metadata: { name: "e" }, regarding: { kind: "Pod", name: "p" }, note: "hello" };
    sandbox.registry.create("events", "default", event, options);
    const stored = sandbox.registry.get("events", "default", "e");
    expect(stored).toMatchObject({ apiVersion: "v1", message: "hello", firstTimestamp: null, source: {} });
    expect(stored?.metadata.managedFields?.map(({ apiVersion }) => apiVersion)).toEqual(["events.k8s.io/v1"]);
    const elsewhere = { ...OPTIONS, apiVersion: "apps/v1" };
    expect(() => sandbox.registry.create("events", "default", event, elsewhere)).toThrow(
      /no resource "events" in apps/,
    );
  });

  it("makes nobody the owner of what every object of a kind holds empty", () => {
    const event = {
      ...{ metadata: { name: "e" }, involvedObject: { name: "p" }, eventTime: null, source: {} },
      reportingComponent: "",
      reportingInstance: "here",
    };
    const { metadata } = sandbox.registry.create("events", "default", event, OPTIONS);
    expect(metadata.managedFields?.[0]?.fieldsV1).toEqual({ "f:involvedObject": {}, "f:reportingInstance": {} });
  });

  it("refuses a write that is based on an older version", () => {
    const created = createConfigMap("a");
    sandbox.registry.modify("configmaps", "default", "a", (live) => ({ ...live, data: { k: "v" } }), OPTIONS);
    expect(() => sandbox.registry.update("configmaps", { ...created, data: { k: "w" } }, OPTIONS)).toThrow(
      /the object has been modified/,
    );
  });

  it("holds a deleted object until its last finalizer is gone", () => {
    createConfigMap("a", { finalizers: ["example.com/hold"] });
    const marked = sandbox.registry.delete("configmaps", "default", "a");
    expect(marked?.metadata).toMatchObject({
      deletionTimestamp: "2026-01-01T00:00:00Z",
      deletionGracePeriodSeconds: 0,
    });
    sandbox.registry.modify(
      "configmaps",
      "default",
      "a",
      (live) => ({ ...live, metadata: { ...live.metadata, finalizers: [] } }),
      OPTIONS,
    );
    expect(sandbox.registry.get("configmaps", "default", "a")).toBeUndefined();
  });

  it("turns propagation policies into finalizers", () => {
    createConfigMap("a");
    createConfigMap("b");
    createConfigMap("c");
    const remove = (name: string, propagationPolicy: "Orphan" | "Foreground" | "Background") =>
      sandbox.registry.delete("configmaps", "default", name, { propagationPolicy });
    expect(remove("a", "Orphan")?.metadata.finalizers).toEqual(["orphan"]);
    expect(remove("b", "Foreground")?.metadata.finalizers).toEqual(["foregroundDeletion"]);
    remove("c", "Background");
    expect(sandbox.registry.get("configmaps", "default", "c")).toBeUndefined();
  });

  it("waits for a running pod's grace period, which a second delete can only shorten", () => {
    createPod("p");
    const remove = (gracePeriodSeconds?: number) =>
      sandbox.registry.delete("pods", "default", "p", gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
    expect(remove()?.metadata).toMatchObject({
      deletionTimestamp: "2026-01-01T00:00:30Z",
      deletionGracePeriodSeconds: 30,
      generation: 2,
    });
    expect(remove(60)?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(remove(5)?.metadata).toMatchObject({
      deletionTimestamp: "2026-01-01T00:00:05Z",
      deletionGracePeriodSeconds: 5,
    });
    remove(0);
    expect(sandbox.registry.get("pods", "default", "p")).toBeUndefined();
  });

  it("stores nothing in a dry run and gives its answer no version", () => {
    const answer = sandbox.registry.create(
      "configmaps",
      "default",
      { metadata: { name: "dry" } },
      { ...OPTIONS, dryRun: true },
    );
    expect(answer.metadata.uid).toBeDefined();
    expect(answer.metadata.resourceVersion).toBeUndefined();
    expect(sandbox.registry.get("configmaps", "default", "dry")).toBeUndefined();
  });

  it("never gives two Services one address, and gives a freed one back", () => {
    const create = (name: string, spec: object = {}) =>
      sandbox.registry.create(
        "services",
        "default",
        { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
        OPTIONS,
      ).spec as { clusterIP: string };
    const first = create("a").clusterIP;
    expect(create("b").clusterIP).not.toBe(first);
    expect(() => create("c", { clusterIP: first })).toThrow(/already allocated/);
    sandbox.registry.delete("services", "default", "a");
    expect(create("d", { clusterIP: first }).clusterIP).toBe(first);
  });
});
