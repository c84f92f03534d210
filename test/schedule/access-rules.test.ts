import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Access, accessRules, describeRules, type ResourceAccess } from "../../src/schedule/access-rules.ts";
import { escalationNote } from "../../src/schedule/granting-access.ts";

const access = (verb: string, resource: string, namespace?: string, group = ""): ResourceAccess => ({
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

  it("keeps rights to single objects apart, joins their names, and leaves out what a wider one allows", () => {
    const named = (verb: string, name: string, namespace?: string): Access => ({
      ...access(verb, "clusterroles", namespace, "rbac.authorization.k8s.io"),
      name,
    });
    const asked = [
      named("bind", "view"),
      named("bind", "edit"),
      named("bind", "view", "web"),
      named("get", "x", "web"),
    ];
    const rule = { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"] };
    const cluster = [{ ...rule, resourceNames: ["edit", "view"], verbs: ["bind"] }];
    expect(accessRules(asked)).toEqual({
      cluster,
      namespaces: new Map([["web", [{ ...rule, resourceNames: ["x"], verbs: ["get"] }]]]),
    });
    const all = access("get", "clusterroles", undefined, "rbac.authorization.k8s.io");
    expect(accessRules([...asked, all, named("get", "y")])).toEqual({
      cluster: [{ ...rule, verbs: ["get"] }, ...cluster],
      namespaces: new Map(),
    });
    expect(describeRules(accessRules(asked))).toEqual([
      "bind clusterroles.rbac.authorization.k8s.io named edit, view (whole cluster)",
      "get clusterroles.rbac.authorization.k8s.io named x (namespace web)",
    ]);
  });

  it("grants paths that are no resources, but not those that are open to everybody", () => {
    const rules = accessRules([
      { verb: "get", path: "/metrics" },
      { verb: "get", path: "/apis/apps/v1" },
      { verb: "get", path: "/livez" },
      { verb: "get", path: "/livez/etcd" },
      { verb: "post", path: "/livez" },
    ]);
    expect(rules.cluster).toEqual([
      { nonResourceURLs: ["/livez/etcd", "/metrics"], verbs: ["get"] },
      { nonResourceURLs: ["/livez"], verbs: ["post"] },
    ]);
    expect(describeRules(rules)[0]).toBe("get /livez/etcd, /metrics (whole cluster)");
  });

  it("tells who writes roles what else the server asks, unless that is allowed", () => {
    const group = "rbac.authorization.k8s.io";
    const [writes, reads] = [access("update", "roles", "web", group), access("get", "clusterroles", undefined, group)];
    expect(escalationNote(accessRules([writes, reads]))).toBe(
      "It writes roles. What these give, it must have itself, or else the verb escalate: kubescript schedule --allow escalate:roles.",
    );
    expect(escalationNote(accessRules([writes, access("escalate", "roles", "web", group)]))).toBeUndefined();
    expect(escalationNote(accessRules([reads, access("create", "roles", "web", "example.com")]))).toBeUndefined();
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
            for (const resource of rule.resources ?? [])
              for (const verb of rule.verbs) granted.add([namespace, rule.apiGroups?.[0], resource, verb].join());
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
