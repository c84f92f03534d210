import { describe, expect, it } from "vitest";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import { definitionTable } from "../../../src/sandbox/definitions/definition-table.ts";
import { compareVersions } from "../../../src/sandbox/definitions/version-order.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";

function widgets(version: string): ResourceDefinition {
  const [pods] = builtInDefinitions().filter(({ resource }) => resource === "pods");
  if (pods === undefined) throw new Error("pods are built in");
  return { ...pods, group: "example.com", version, resource: "widgets", storageKey: "widgets.example.com" };
}

describe("the table of definitions", () => {
  it("orders versions by stability, then newest first", () => {
    const versions = ["v1alpha1", "v10", "foo", "v1", "v2beta1", "v2", "bar", "v1beta2"];
    expect(versions.sort(compareVersions)).toEqual(["v10", "v2", "v1", "v2beta1", "v1beta2", "v1alpha1", "bar", "foo"]);
  });

  it("serves what an owner adds until the owner serves nothing", () => {
    const table = definitionTable(builtInDefinitions());
    const changes: number[] = [];
    table.onChange(() => changes.push(table.generation));
    table.serve("widgets.example.com", [widgets("v1beta1"), widgets("v1")]);
    expect(table.find("widgets")?.version).toBe("v1");
    expect(table.find("widgets.example.com")?.group).toBe("example.com");
    expect(table.groups().at(-1)).toMatchObject({
      name: "example.com",
      versions: [{ version: "v1" }, { version: "v1beta1" }],
    });
    table.serve("widgets.example.com", []);
    expect(table.find("widgets")).toBeUndefined();
    expect(changes).toHaveLength(2);
  });

  it("names the stored version of objects that versions share", () => {
    const table = definitionTable(builtInDefinitions());
    const newer = table.get("events.k8s.io", "v1", "events");
    expect(newer && table.stored(newer)).toMatchObject({ group: "", version: "v1" });
    expect(table.find("events")?.group).toBe("");
    expect(table.find("horizontalpodautoscalers")?.version).toBe("v2");
  });
});
