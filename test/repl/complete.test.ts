import { expect, test } from "vitest";
import { Completer } from "../../src/repl/complete.ts";
import type { ClusterHandle } from "../../src/runtime/cluster.ts";

const namespaces = { table: async () => ({ rows: [{ object: { metadata: { name: "kube-system" } } }] }) };
const everywhere = { context: "here", namespace: "*", resource: () => namespaces };
const completer = new Completer({
  k8s: () => ({ contexts: ["here", "there"], everywhere }) as unknown as ClusterHandle,
  global: () => undefined,
  globalNames: () => [],
  commands: () => ["use", "in", "trace"],
  now: () => 0,
});

test.each([
  [".", ["in", "trace", "use"], ""],
  [".tr", ["trace"], "tr"],
  [".use th", ["there"], "th"],
  [".in ku", ["kube-system"], "ku"],
  ["1.", [], ""],
])("after %s come %j", async (line, names, replaced) => {
  expect(await completer.complete(line)).toEqual([names, replaced]);
});
