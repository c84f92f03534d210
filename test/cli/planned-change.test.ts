import { expect, test } from "vitest";
import { countedChanges, plannedChanges } from "../../src/cli/planned-change.ts";

const pods = "/api/v1/namespaces/web/pods";
const pod = (name: string): object => ({ metadata: { name, namespace: "web" } });

test("an eviction is named by its pod", () => {
  const request = { method: "POST", path: `${pods}/a/eviction` };
  const status = { kind: "Status", status: "Success" };
  const changes = plannedChanges({ request, status: 201, before: undefined, after: status });
  expect(changes).toMatchObject([{ action: "evict", kind: "Pod", namespace: "web", name: "a" }]);
  expect(countedChanges(changes)).toBe("0 to create, 0 to change, 0 to delete, 1 to evict");
});

test("a collection that is deleted is told object by object", () => {
  const after = { kind: "PodList", items: [pod("a"), pod("b")] };
  const changes = plannedChanges({ request: { method: "DELETE", path: pods }, status: 200, before: undefined, after });
  expect(changes.map(({ action, kind, name }) => [action, kind, name])).toEqual([
    ["delete", "Pod", "a"],
    ["delete", "Pod", "b"],
  ]);
  expect(countedChanges(changes)).toBe("0 to create, 0 to change, 2 to delete");
});

test("what the server answers with a Status is told by its request", () => {
  const after = { kind: "Status", status: "Success" };
  const request = { method: "DELETE", path: pods };
  expect(plannedChanges({ request, status: 200, before: undefined, after })).toMatchObject([
    { action: "delete", name: "", method: "DELETE", path: pods },
  ]);
});
