import { parse } from "acorn";
import { describe, expect, it } from "vitest";
import { sourceAccesses } from "../../src/schedule/source-access.ts";

const of = (source: string): unknown[] =>
  sourceAccesses(parse(source, { ecmaVersion: "latest", sourceType: "module" })).map((access) => [
    access.resource,
    access.verbs.join(),
    ...(access.subresource ? [access.subresource] : []),
    ...(access.namespace ? [access.namespace] : []),
  ]);

describe("accesses shown by a script's source", () => {
  it("finds the calls on branches that a run may never take", () => {
    expect(of("if (false) await k8s.jobs.delete('x')")).toEqual([["jobs", "delete"]]);
  });

  it("follows scopes, literal and computed namespaces, and resource()", () => {
    expect(
      of(`k8s.in("web").dryRun().pods.list(); k8s.everywhere.pods.list(); k8s.in(name).pods.get("x");
          k8s.resource("widgets.example.com").watch();`),
    ).toEqual([
      ["pods", "list", "web"],
      ["pods", "list", "*"],
      ["pods", "get", "?"],
      ["widgets.example.com", "list,watch"],
    ]);
  });

  it("knows what a method needs on a sub-resource", () => {
    expect(of("for await (const l of k8s.pods.logs('x')) {}")).toEqual([["pods", "get", "log"]]);
  });

  it("passes over other objects, unknown methods and uncalled members", () => {
    expect(of("other.pods.list(); k8s.pods.nonsense(); k8s.pods.list; k8s.version(); k8s['x' + y].list()")).toEqual([]);
  });

  it("says each access once", () => {
    expect(of("k8s.pods.list(); k8s.pods.list()")).toHaveLength(1);
  });
});
