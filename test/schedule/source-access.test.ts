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

  it("knows what a method needs on sub-resources and other resources", () => {
    expect(of("await k8s.deploy.exec('web', ['date'])")).toEqual([
      ["deploy", "get"],
      ["pods", "get,list"],
      ["pods", "get,create", "exec"],
    ]);
    expect(of("await k8s.in('web').nodes.drain('a')")).toContainEqual(["pods", "create", "eviction", "*"]);
  });

  it("knows the methods of methods, and those of the cluster", () => {
    expect(of("k8s.deployments.rollout.restart('web')")).toEqual([["deployments", "get,patch"]]);
    expect(of("k8s.deployments.rollout.nonsense('web')")).toEqual([]);
    expect(of("k8s.in('a').top.pods().then(print)")).toEqual([["pods.metrics.k8s.io", "get,list", "a"]]);
  });

  it("passes over other objects, unknown methods and uncalled members", () => {
    expect(of("other.pods.list(); k8s.pods.nonsense(); k8s.pods.list; k8s.version(); k8s['x' + y].list()")).toEqual([]);
  });

  it("says each access once", () => {
    expect(of("k8s.pods.list(); k8s.pods.list()")).toHaveLength(1);
  });
});
