import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Access, accessRules, describeRules } from "../../src/schedule/access-rules.ts";

const access = (verb: string, resource: string, namespace?: string, group = ""): Access => ({
  verb,
  group,
  resource,
  namespace,
});

describe("rules from accesses", () => {
  it("joins the verbs of one resource, and the resources of one set of verbs", () => {
    const rules = accessRules([
      access("list", "pods", "web"),
      access("get", "pods", "web"),
      access("get", "services", "web"),
      access("list", "services", "web"),
      access("delete", "jobs", "web", "batch"),
    ]);
    expect(rules.cluster).toEqual([]);
    expect(rules.namespaces.get("web")).toEqual([
      { apiGroups: [""], resources: ["pods", "services"], verbs: ["get", "list"] },
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["delete"] },
    ]);
  });

  it("does not repeat in a namespace what is granted in all", () => {
    const rules = accessRules([access("list", "pods"), access("list", "pods", "web"), access("get", "pods", "web")]);
    expect(rules.cluster).toEqual([{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }]);
    expect(rules.namespaces.get("web")).toEqual([{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]);
  });

  it("leaves out the self reviews, which everyone may make", () => {
    expect(
      accessRules([access("create", "selfsubjectaccessreviews", undefined, "authorization.k8s.io")]).cluster,
    ).toEqual([]);
  });

  it("says each rule in a line", () => {
    const rules = accessRules([access("get", "nodes"), access("patch", "deployments/scale", "web", "apps")]);
    expect(describeRules(rules)).toEqual(["get nodes (whole cluster)", "patch deployments.apps/scale (namespace web)"]);
  });

  it("grants every access asked for, and nothing else", () => {
    const arbitrary = fc.record({
      verb: fc.constantFrom("get", "list", "watch", "create", "delete", "use"),
      group: fc.constantFrom("", "apps"),
      resource: fc.constantFrom("pods", "pods/log", "deployments"),
      namespace: fc.constantFrom(undefined, "a", "b"),
    });
    fc.assert(
      fc.property(fc.array(arbitrary), (asked) => {
        const rules = accessRules(asked);
        const granted = new Set<string>();
        const add = (namespace: string | undefined, list: ReturnType<typeof accessRules>["cluster"]): void => {
          for (const rule of list)
            for (const resource of rule.resources)
              for (const verb of rule.verbs) granted.add([namespace, rule.apiGroups[0], resource, verb].join());
        };
        add(undefined, rules.cluster);
        for (const [namespace, list] of rules.namespaces) add(namespace, list);
        for (const { verb, group, resource, namespace } of asked) {
          const keys = [undefined, namespace].map((one) => [one, group, resource, verb].join());
          expect(keys.some((key) => granted.has(key))).toBe(true);
        }
        const askedKeys = new Set(asked.map((one) => [one.namespace, one.group, one.resource, one.verb].join()));
        for (const key of granted) expect(askedKeys.has(key)).toBe(true);
      }),
    );
  });
});
