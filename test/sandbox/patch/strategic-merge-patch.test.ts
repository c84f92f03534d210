import { describe, expect, test } from "vitest";
import { BUILT_IN_SCHEMAS } from "../../../src/sandbox/definitions/built-in.ts";
import { applyStrategicMergePatch } from "../../../src/sandbox/patch/strategic-merge-patch.ts";

type Json = Record<string, unknown>;

const TYPED = { schema: BUILT_IN_SCHEMAS.named("io.k8s.api.core.v1.Pod"), schemas: BUILT_IN_SCHEMAS };

const patchedSpec = (spec: Json, patch: Json): unknown =>
  (applyStrategicMergePatch({ metadata: {}, spec }, { spec: patch }, TYPED) as { spec: unknown }).spec;

const containers = (...names: string[]): Json[] => names.map((name) => ({ name }));

describe("a strategic merge patch", () => {
  test("merges list items by their key, the patch's order first", () => {
    const spec = { containers: [{ name: "a", image: "1" }, { name: "b" }] };
    const patch = { containers: [{ name: "new" }, { name: "a", image: "2" }] };
    expect(patchedSpec(spec, patch)).toEqual({
      containers: [{ name: "new" }, { name: "a", image: "2" }, { name: "b" }],
    });
  });

  test("deletes the item that $patch: delete names", () => {
    const spec = { containers: containers("a", "b") };
    expect(patchedSpec(spec, { containers: [{ $patch: "delete", name: "a" }] })).toEqual({
      containers: containers("b"),
    });
  });

  test("replaces a list that holds $patch: replace", () => {
    const spec = { containers: containers("a", "b") };
    const patch = { containers: [{ name: "c" }, { $patch: "replace" }] };
    expect(patchedSpec(spec, patch)).toEqual({ containers: containers("c") });
  });

  test("replaces an object with $patch: replace, empties it with $patch: delete", () => {
    const spec = { securityContext: { runAsUser: 1, fsGroup: 2 } };
    expect(patchedSpec(spec, { securityContext: { $patch: "replace", fsGroup: 3 } })).toEqual({
      securityContext: { fsGroup: 3 },
    });
    expect(patchedSpec(spec, { securityContext: { $patch: "delete" } })).toEqual({ securityContext: {} });
  });

  test("clears what $retainKeys does not name", () => {
    const spec = { volumes: [{ name: "v", emptyDir: {} }] };
    const patch = { volumes: [{ name: "v", configMap: { name: "c" }, $retainKeys: ["name", "configMap"] }] };
    expect(patchedSpec(spec, patch)).toEqual({ volumes: [{ name: "v", configMap: { name: "c" } }] });
    const wrong = { volumes: [{ name: "v", configMap: {}, $retainKeys: ["name"] }] };
    expect(() => patchedSpec(spec, wrong)).toThrow("invalid patch format of retainKeys");
  });

  test("orders by $setElementOrder, items of the server's own near their neighbours", () => {
    const spec = { containers: containers("a", "b", "c", "server") };
    const patch = { "$setElementOrder/containers": containers("c", "b", "a"), containers: [{ name: "b", image: "2" }] };
    expect(patchedSpec(spec, patch)).toEqual({
      containers: [{ name: "c" }, { name: "b", image: "2" }, { name: "a" }, { name: "server" }],
    });
  });

  test("refuses a patch list in another order than its $setElementOrder", () => {
    const patch = { "$setElementOrder/containers": containers("a", "b"), containers: containers("b", "a") };
    expect(() => patchedSpec({ containers: containers("a", "b") }, patch)).toThrow(
      "The order in patch list:\n[map[name:b] map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    );
  });

  test("joins lists of scalars, and takes from them", () => {
    const metadata = { finalizers: ["a", "b"] };
    const patched = (patch: Json): unknown =>
      applyStrategicMergePatch({ metadata }, { metadata: patch }, TYPED).metadata;
    expect(patched({ finalizers: ["c", "a"] })).toEqual({ finalizers: ["c", "a", "b"] });
    expect(patched({ "$deleteFromPrimitiveList/finalizers": ["a"] })).toEqual({ finalizers: ["b"] });
  });

  test("replaces lists that have no strategy", () => {
    const spec = { tolerations: [{ key: "a" }] };
    expect(patchedSpec(spec, { tolerations: [{ key: "b" }] })).toEqual({ tolerations: [{ key: "b" }] });
  });

  test("removes what is null, drops nulls of what is new", () => {
    expect(patchedSpec({ nodeName: "n" }, { nodeName: null, securityContext: { fsGroup: null } })).toEqual({
      securityContext: {},
    });
  });

  test.each([
    [{ containers: [{ image: "x" }] }, "map: map[image:x] does not contain declared merge key: name"],
    [{ containers: [{ name: "a", $patch: "nope" }] }, "unknown patch type: nope in map: map[$patch:nope name:a]"],
    [{ containers: [{ name: "a", $patch: "merge" }] }, "merging lists cannot yet be specified in the patch"],
    [{ "$setElementOrder/nope": [] }, 'unable to find api field in struct PodSpec for the json field "nope"'],
    [{ $setElementOrder: [] }, "invalid patch format of setElementOrder list"],
  ])("refuses %j", (patch, message) => {
    expect(() => patchedSpec({ containers: containers("a") }, patch)).toThrow(message);
  });
});
