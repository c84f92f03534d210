import { describe, expect, test } from "vitest";
import { requestForbidden } from "../../../src/sandbox/auth/forbidden.ts";
import type { UserInfo } from "../../../src/sandbox/model/user.ts";
import { create, pathRequest, refusal, resourceRequest, testServer } from "./server.ts";

const admin: UserInfo = { username: "admin", groups: ["system:masters"] };
const viewer: UserInfo = { username: "viewer", groups: ["viewers", "system:authenticated"] };
const listPods = resourceRequest("list", "pods", { namespace: "auth" });

function impersonate(user: UserInfo, headers: Record<string, string>, server = testServer()): UserInfo {
  return server.identity.impersonate(user, new Request("https://localhost/", { headers }), listPods);
}

function grant(server: ReturnType<typeof testServer>, ...rules: object[]): void {
  create(server.registry, "clusterroles.rbac.authorization.k8s.io", { metadata: { name: "r" }, rules });
  create(server.registry, "clusterrolebindings.rbac.authorization.k8s.io", {
    metadata: { name: "r" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "r" },
    subjects: [{ kind: "User", name: "viewer" }],
  });
}

describe("impersonation", () => {
  test("without headers changes nobody", () => {
    expect(impersonate(viewer, {})).toBe(viewer);
  });

  test("gives user, uid, groups and extra as asked", () => {
    const headers = {
      "Impersonate-User": "jane",
      "Impersonate-Uid": "7",
      "Impersonate-Group": "devs, ops",
      "Impersonate-Extra-Example.com%2fScope": "a",
    };
    expect(impersonate(admin, headers)).toEqual({
      username: "jane",
      uid: "7",
      groups: ["devs", "ops", "system:authenticated"],
      extra: { "example.com/scope": ["a"] },
    });
  });

  test("knows the groups of service accounts, nodes and anonymous", () => {
    expect(impersonate(admin, { "Impersonate-User": "system:serviceaccount:ns:robot" }).groups).toEqual([
      "system:serviceaccounts",
      "system:serviceaccounts:ns",
      "system:authenticated",
    ]);
    expect(impersonate(admin, { "Impersonate-User": "system:node:node0" }).groups).toEqual([
      "system:nodes",
      "system:authenticated",
    ]);
    expect(impersonate(admin, { "Impersonate-User": "system:anonymous" }).groups).toEqual(["system:unauthenticated"]);
  });

  test("is refused in the words of the narrowest mode that fits", () => {
    expect(refusal(() => impersonate(viewer, { "Impersonate-User": "jane" })).message).toBe(
      'pods is forbidden: User "viewer" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "auth"',
    );
  });

  test("needs a rule for every user and group when it is the plain verb", () => {
    const server = testServer();
    grant(server, { apiGroups: [""], resources: ["users"], verbs: ["impersonate"], resourceNames: ["jane"] });
    expect(impersonate(viewer, { "Impersonate-User": "jane" }, server).username).toBe("jane");
    expect(refusal(() => impersonate(viewer, { "Impersonate-User": "joe" }, server)).code).toBe(403);
    const withGroup = { "Impersonate-User": "jane", "Impersonate-Group": "devs" };
    expect(refusal(() => impersonate(viewer, withGroup, server)).code).toBe(403);
  });

  test("may be held to one verb, and never gives system:masters then", () => {
    const server = testServer();
    grant(
      server,
      { apiGroups: [""], resources: ["pods"], verbs: ["impersonate-on:user-info:list"] },
      { apiGroups: ["authentication.k8s.io"], resources: ["users", "groups"], verbs: ["impersonate:user-info"] },
    );
    expect(impersonate(viewer, { "Impersonate-User": "jane" }, server).username).toBe("jane");
    const masters = { "Impersonate-User": "jane", "Impersonate-Group": "system:masters" };
    expect(refusal(() => impersonate(viewer, masters, server)).message).toContain(
      ": impersonating the system:masters group is not allowed",
    );
    const create = { ...listPods, verb: "create" };
    const request = new Request("https://localhost/", { headers: { "Impersonate-User": "jane" } });
    expect(refusal(() => server.identity.impersonate(viewer, request, create)).code).toBe(403);
  });

  test("of groups without a user is a bad request", () => {
    expect(refusal(() => impersonate(admin, { "Impersonate-Group": "devs" }))).toMatchObject({
      code: 400,
      message:
        'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"devs"}, Extra:map[string][]string(nil)} without impersonating a user name',
    });
  });
});

describe("a refusal names", () => {
  test("the resource with its group and scope", () => {
    const attributes = resourceRequest("create", "pods", { subresource: "exec", namespace: "ns", name: "p" });
    expect(requestForbidden("jane", attributes, "").status).toMatchObject({
      message:
        'pods "p" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "ns"',
      details: { name: "p", kind: "pods" },
    });
    const clusterWide = resourceRequest("list", "deployments", { group: "apps" });
    expect(requestForbidden("jane", clusterWide, "RBAC: gone").status).toMatchObject({
      message:
        'deployments.apps is forbidden: User "jane" cannot list resource "deployments" in API group "apps" at the cluster scope: RBAC: gone',
      details: { group: "apps", kind: "deployments" },
    });
  });

  test("the path of anything else", () => {
    expect(requestForbidden("jane", pathRequest("get", "/api"), "").status).toMatchObject({
      message: 'forbidden: User "jane" cannot get path "/api"',
      details: {},
    });
  });
});
