import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startCrdController } from "../../../src/sandbox/crd/crd-controller.ts";
import { crdConditions, crdNames, objectOf } from "../../../src/sandbox/crd/crd-spec.ts";
import { BUILT_IN_SCHEMAS } from "../../../src/sandbox/definitions/built-in.ts";
import type { Clock } from "../../../src/sandbox/model/clock.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { createSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { crdOf, NAMES, type VersionChange } from "./definitions.ts";

const CRDS = "customresourcedefinitions.apiextensions.k8s.io";
const THINGS = "things.example.com";
const BY = { manager: "test" };

/** A clock that runs its tasks when told. */
function manualClock(): Clock & { settle(): void } {
  const tasks = new Set<() => void>();
  return {
    now: () => Date.parse("2026-01-01T00:00:00Z"),
    schedule(_ms, task) {
      tasks.add(task);
      return () => tasks.delete(task);
    },
    settle() {
      while (tasks.size > 0) {
        for (const task of [...tasks]) {
          tasks.delete(task);
          task();
        }
      }
    },
  };
}

let clock: ReturnType<typeof manualClock>;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock();
  sandbox = createSandbox({ clock, controllers: false });
});

afterEach(() => sandbox.close());

const SPEC = { type: "object", properties: { n: { type: "integer" } } };

function create(...versions: VersionChange[]): void {
  const { status: _status, ...crd } = crdOf(SPEC, ...versions);
  sandbox.registry.create(CRDS, "", crd, BY);
  clock.settle();
}

function found(name = THINGS): ApiObject {
  const crd = sandbox.registry.get(CRDS, "", name);
  if (crd === undefined) throw new Error(`${name} is gone`);
  return crd;
}

const thing = (name: string, metadata: object = {}): object => ({
  apiVersion: "example.com/v1",
  kind: "Thing",
  metadata: { name, ...metadata },
  spec: { n: 1 },
});

const served = (): string[] =>
  sandbox.registry
    .definitions()
    .filter(({ group }) => group === "example.com")
    .map(({ version }) => version);

const conditions = (crd: ApiObject): Record<string, string> =>
  Object.fromEntries(crdConditions(crd).map(({ type, status, reason }) => [type, `${status} ${reason}`]));

describe("the controller of CustomResourceDefinitions", () => {
  test("accepts the names, serves the resource and establishes it", () => {
    create();
    expect(objectOf(found().status).acceptedNames).toEqual(NAMES);
    expect(conditions(found())).toEqual({
      NamesAccepted: "True NoConflicts",
      Established: "True InitialNamesAccepted",
    });
    expect(served()).toEqual(["v1"]);
    sandbox.registry.create(THINGS, "default", thing("a"), BY);
    expect(sandbox.registry.list(THINGS)).toHaveLength(1);
  });

  test("does not serve a definition whose kind is taken, until it is free", () => {
    create();
    const { status: _status, ...rival } = crdOf(SPEC);
    const names = { plural: "rivals", singular: "rival", kind: "Thing", listKind: "RivalList" };
    const spec = { ...objectOf(rival.spec), names };
    sandbox.registry.create(CRDS, "", { ...rival, metadata: { name: "rivals.example.com" }, spec }, BY);
    clock.settle();
    expect(conditions(found("rivals.example.com"))).toEqual({
      NamesAccepted: "False KindConflict",
      Established: "False NotAccepted",
    });
    sandbox.registry.delete(CRDS, "", THINGS);
    clock.settle();
    expect(conditions(found("rivals.example.com"))).toMatchObject({ Established: "True InitialNamesAccepted" });
    expect(crdNames(objectOf(found("rivals.example.com").status).acceptedNames).kind).toBe("Thing");
  });

  test("serves what an update declares", () => {
    create();
    const next = crdOf(SPEC, {}, { name: "v2", storage: false });
    sandbox.registry.modify(CRDS, "", THINGS, (crd) => ({ ...crd, spec: next.spec }), BY);
    clock.settle();
    expect(served()).toEqual(["v2", "v1"]);
  });

  test("moves objects to a new storage version and remembers the old one", () => {
    create();
    sandbox.registry.create(THINGS, "default", thing("a"), BY);
    const next = crdOf(SPEC, { storage: false }, { name: "v2" });
    sandbox.registry.modify(CRDS, "", THINGS, (crd) => ({ ...crd, spec: next.spec }), BY);
    clock.settle();
    expect(sandbox.registry.get(THINGS, "default", "a")?.apiVersion).toBe("example.com/v2");
    expect(objectOf(found().status).storedVersions).toEqual(["v1", "v2"]);
  });

  test("deletes the objects with their definition", () => {
    create();
    sandbox.registry.create(THINGS, "default", thing("a"), BY);
    const events: string[] = [];
    sandbox.registry.subscribe(THINGS, ({ type, object }) => events.push(`${type} ${object.metadata.name}`));
    sandbox.registry.delete(CRDS, "", THINGS);
    expect(conditions(found())).toMatchObject({ Terminating: "True InstanceDeletionPending" });
    clock.settle();
    expect(events).toContain("DELETED a");
    expect(sandbox.registry.get(CRDS, "", THINGS)).toBeUndefined();
    expect(served()).toEqual([]);
  });

  test("keeps a definition until the last object has lost its finalizers", () => {
    create();
    sandbox.registry.create(THINGS, "default", thing("a", { finalizers: ["example.com/hold"] }), BY);
    sandbox.registry.delete(CRDS, "", THINGS);
    clock.settle();
    expect(served()).toEqual(["v1"]);
    const release = (object: ApiObject): ApiObject => ({ ...object, metadata: { ...object.metadata, finalizers: [] } });
    sandbox.registry.modify(THINGS, "default", "a", release, BY);
    clock.settle();
    expect(sandbox.registry.get(CRDS, "", THINGS)).toBeUndefined();
    expect(served()).toEqual([]);
  });

  test("tries again what failed, and tells of it", () => {
    create();
    const crd = found();
    const attempts: string[] = [];
    const errors: unknown[] = [];
    const { registry } = sandbox;
    const controller = startCrdController({
      registry,
      clock,
      schemas: BUILT_IN_SCHEMAS,
      serve(owner) {
        attempts.push(owner);
        if (attempts.length === 1) throw new Error("not yet");
      },
      onError: (error) => errors.push(error),
    });
    clock.settle();
    controller.stop();
    expect(attempts).toEqual([crd.metadata.name, crd.metadata.name]);
    expect(errors).toEqual([new Error("not yet")]);
  });
});
