import { describe, expect, test } from "vitest";
import { definitionsOf } from "../../../src/sandbox/crd/custom-definitions.ts";
import { BUILT_IN_SCHEMAS } from "../../../src/sandbox/definitions/built-in.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { exchangeOf } from "../recordings.ts";
import { crdOf, thing } from "./definitions.ts";

describe("a CustomResourceDefinition", () => {
  test("is served as discovery of a real server lists it", () => {
    const crd = exchangeOf("crd", "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com")
      .response.body;
    const [definition] = definitionsOf(crd, BUILT_IN_SCHEMAS);
    const [listed, status, scale] = exchangeOf("crd", "GET /apis/example.com/v1").response.body.resources;
    expect({
      name: definition?.resource,
      singularName: definition?.singular,
      namespaced: definition?.namespaced,
      kind: definition?.kind,
      verbs: definition?.verbs,
      shortNames: definition?.shortNames,
      categories: definition?.categories,
      storageVersionHash: definition?.storageVersionHash,
    }).toEqual(listed);
    expect(definition?.subresources).toEqual([
      { name: "status", kind: status.kind, verbs: status.verbs },
      { name: "scale", kind: scale.kind, group: scale.group, version: scale.version, verbs: scale.verbs },
    ]);
  });

  test("serves nothing until its names are accepted", () => {
    const { status: _status, ...fresh } = crdOf({ type: "object" });
    expect(definitionsOf(fresh as ApiObject, BUILT_IN_SCHEMAS)).toEqual([]);
  });

  test("serves each served version, all from the stored one", () => {
    const typed = (field: string) => ({ type: "object", properties: { [field]: { type: "string", default: "d" } } });
    const crd = crdOf(
      {},
      { name: "v1", storage: false, spec: typed("a") },
      { name: "v2", spec: typed("b") },
      { name: "v3", storage: false, served: false },
    );
    const [v1, v2, ...more] = definitionsOf(crd, BUILT_IN_SCHEMAS);
    expect(more).toEqual([]);
    expect(v2?.fromStorage).toBeUndefined();
    expect(v1?.storageVersionHash).toBeUndefined();
    const stored = { ...thing({ b: "x" }), apiVersion: "example.com/v2" };
    expect(v1?.fromStorage?.(stored)).toEqual(thing({ a: "d" }));
    expect(v1?.toStorage?.(thing({ a: "d" }))).toEqual({ ...thing({ a: "d" }), apiVersion: "example.com/v2" });
  });
});
