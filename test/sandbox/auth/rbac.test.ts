import { describe, expect, test } from "vitest";
import { aggregateClusterRoles } from "../../../src/sandbox/auth/rbac/aggregation.ts";
import type { UserInfo } from "../../../src/sandbox/model/user.ts";
import { create, pathRequest, resourceRequest, testServer } from "./server.ts";

const jane: UserInfo = { username: "jane", groups: ["devs", "system:authenticated"] };
const listPods = resourceRequest("list", "pods", { namespace: "default" });
const role = (name: string, ...rules: object[]): object => ({ metadata: { name, namespace: "default" }, rules });
const binding = (name: string, roleRef: object, ...subjects: object[]): object => ({
  metadata: { name, namespace: "default" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", ...roleRef },
  subjects,
});
const podReader = role("reader", { apiGroups: [""], resources: ["pods"], verbs: ["list"] });

describe("authorization", () => {
  test("refuses what no rule allows, without a reason", () => {
    const { identity } = testServer();
    expect(identity.authorize(jane, listPods)).toEqual({ allowed: false, reason: "" });
  });

  test("lets system:masters do everything", () => {
    const { identity } = testServer();
    const admin = { username: "admin", groups: ["system:masters"] };
    expect(identity.authorize(admin, resourceRequest("explode", "anything"))).toEqual({ allowed: true, reason: "" });
  });

  test.each([
    ["User", "jane", "jane"],
    ["Group", "devs", "devs"],
  ])("follows a binding to a %s as soon as it is there, and no longer than it is there", (kind, name) => {
    const { registry, identity } = testServer();
    create(registry, "roles.rbac.authorization.k8s.io", podReader);
    create(
      registry,
      "rolebindings.rbac.authorization.k8s.io",
      binding("b", { kind: "Role", name: "reader" }, { kind, name }),
    );
    expect(identity.authorize(jane, listPods)).toEqual({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "b/default" of Role "reader" to ${kind} "${name}"`,
    });
    expect(identity.authorize(jane, { ...listPods, namespace: "kube-system" }).allowed).toBe(false);
    expect(identity.authorize(jane, { ...listPods, namespace: "" }).allowed).toBe(false);
    registry.delete("rolebindings.rbac.authorization.k8s.io", "default", "b");
    expect(identity.authorize(jane, listPods).allowed).toBe(false);
  });

  test("a service account's binding may leave its namespace out", () => {
    const { registry, identity } = testServer();
    create(registry, "roles.rbac.authorization.k8s.io", podReader);
    create(
      registry,
      "rolebindings.rbac.authorization.k8s.io",
      binding("b", { kind: "Role", name: "reader" }, { kind: "ServiceAccount", name: "robot" }),
    );
    const robot = { username: "system:serviceaccount:default:robot", groups: ["system:serviceaccounts"] };
    expect(identity.authorize(robot, listPods).reason).toBe(
      'RBAC: allowed by RoleBinding "b/default" of Role "reader" to ServiceAccount "robot/default"',
    );
    const namesake = { username: "system:serviceaccount:kube-system:robot", groups: [] };
    expect(identity.authorize(namesake, listPods).allowed).toBe(false);
  });

  test("a changed role counts at once, and a removed subject no longer", () => {
    const { registry, identity } = testServer();
    create(registry, "roles.rbac.authorization.k8s.io", podReader);
    create(
      registry,
      "rolebindings.rbac.authorization.k8s.io",
      binding("b", { kind: "Role", name: "reader" }, { kind: "User", name: "jane" }),
    );
    expect(identity.authorize(jane, { ...listPods, verb: "get" }).allowed).toBe(false);
    registry.modify(
      "roles.rbac.authorization.k8s.io",
      "default",
      "reader",
      (current) => ({ ...current, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }),
      { manager: "test" },
    );
    expect(identity.authorize(jane, { ...listPods, verb: "get" }).allowed).toBe(true);
    registry.modify(
      "rolebindings.rbac.authorization.k8s.io",
      "default",
      "b",
      (current) => ({ ...current, subjects: [{ kind: "User", name: "joe" }] }),
      { manager: "test" },
    );
    expect(identity.authorize(jane, { ...listPods, verb: "get" }).allowed).toBe(false);
  });

  test("names the roles that bindings ask for in vain", () => {
    const { registry, identity } = testServer();
    for (const [name, kind] of [
      ["one", "Role"],
      ["two", "ClusterRole"],
    ]) {
      create(
        registry,
        "rolebindings.rbac.authorization.k8s.io",
        binding(`b-${name}`, { kind, name }, { kind: "User", name: "jane" }),
      );
    }
    expect(identity.authorize(jane, listPods)).toEqual({
      allowed: false,
      reason:
        'RBAC: [role.rbac.authorization.k8s.io "one" not found, clusterrole.rbac.authorization.k8s.io "two" not found]',
    });
  });

  test("everybody may ask whether the server is well, and read its version", () => {
    const { identity } = testServer();
    const anonymous = { username: "system:anonymous", groups: ["system:unauthenticated"] };
    expect(identity.authorize(anonymous, pathRequest("get", "/healthz")).allowed).toBe(true);
    expect(identity.authorize(anonymous, pathRequest("get", "/version")).allowed).toBe(true);
    expect(identity.authorize(anonymous, pathRequest("get", "/api")).allowed).toBe(false);
    expect(identity.authorize(jane, pathRequest("get", "/api/v1")).allowed).toBe(true);
  });
});

describe("aggregation", () => {
  const viewer = (identity: ReturnType<typeof testServer>["identity"], resource: string, group = ""): boolean =>
    identity.authorize(jane, resourceRequest("list", resource, { group, namespace: "default" })).allowed;

  test("fills view, edit and admin in, and follows roles that come and go", () => {
    const { registry, identity } = testServer();
    const stop = aggregateClusterRoles(registry);
    create(
      registry,
      "rolebindings.rbac.authorization.k8s.io",
      binding("b", { kind: "ClusterRole", name: "admin" }, { kind: "User", name: "jane" }),
    );
    expect(viewer(identity, "pods")).toBe(true);
    expect(viewer(identity, "roles", "rbac.authorization.k8s.io")).toBe(true);
    expect(viewer(identity, "widgets", "example.com")).toBe(false);

    create(registry, "clusterroles.rbac.authorization.k8s.io", {
      metadata: { name: "widgets", labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
      rules: [{ apiGroups: ["example.com"], resources: ["widgets"], verbs: ["list"] }],
    });
    expect(viewer(identity, "widgets", "example.com")).toBe(true);
    registry.delete("clusterroles.rbac.authorization.k8s.io", "", "widgets");
    expect(viewer(identity, "widgets", "example.com")).toBe(false);
    stop();
  });
});
