import { describe, expect, test } from "vitest";
import { parseTokenFile } from "../../../src/sandbox/auth/tokens/token-file.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { UserInfo } from "../../../src/sandbox/model/user.ts";
import { create, refusal, testServer } from "./server.ts";

const viewer: UserInfo = { username: "viewer", groups: ["viewers", "system:authenticated"] };
const admin: UserInfo = { username: "admin", groups: ["system:masters", "system:authenticated"], extra: { id: ["x"] } };
const listPods = { verb: "list", resource: "pods", group: "", namespace: "default" };

function ask(
  resource: string,
  fields: object,
  { user = viewer, server = testServer(), namespace = "" } = {},
): ApiObject {
  const virtual = server.identity.virtualResources.find((one) => one.resource === resource)!;
  const object = { apiVersion: `${virtual.group}/v1`, kind: "Review", metadata: {}, ...fields } as ApiObject;
  return virtual.create(object, { user, namespace, name: "", manager: "test", registry: server.registry });
}

describe("who am I", () => {
  test("tells the user and when it was asked, and nothing of the question", () => {
    expect(ask("selfsubjectreviews", { metadata: { labels: { a: "b" } } }, { user: admin })).toEqual({
      apiVersion: "authentication.k8s.io/v1",
      kind: "Review",
      metadata: { creationTimestamp: "2026-01-01T00:00:00Z" },
      status: { userInfo: admin },
    });
  });
});

describe("may I", () => {
  test("echoes the question without its empty fields, keeps the managed fields, and answers", () => {
    const metadata = { managedFields: [{ manager: "m" }] };
    const fields = { metadata, spec: { resourceAttributes: listPods } };
    const { group: _group, ...echoed } = listPods;
    expect(ask("selfsubjectaccessreviews", fields)).toMatchObject({
      metadata,
      spec: { resourceAttributes: echoed },
      status: { allowed: false },
    });
    expect(ask("selfsubjectaccessreviews", fields).spec).toEqual({ resourceAttributes: echoed });
    expect(ask("selfsubjectaccessreviews", fields, { user: admin }).status).toEqual({ allowed: true });
  });

  test("tells which binding allows it", () => {
    const nonResourceAttributes = { verb: "get", path: "/api" };
    expect(ask("selfsubjectaccessreviews", { spec: { nonResourceAttributes } }).status).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
  });

  test("must ask one thing, and carry no metadata", () => {
    expect(refusal(() => ask("selfsubjectaccessreviews", {})).message).toBe(
      'Review.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
    const both = { resourceAttributes: listPods, nonResourceAttributes: { path: "/" } };
    expect(refusal(() => ask("selfsubjectaccessreviews", { spec: both })).code).toBe(422);
    const named = { metadata: { name: "x" }, spec: { resourceAttributes: listPods } };
    expect(refusal(() => ask("selfsubjectaccessreviews", named)).message).toContain("must be empty");
  });
});

describe("may they", () => {
  test("is answered for the user and groups of the question", () => {
    const spec = { user: "jane", groups: ["system:masters"], resourceAttributes: listPods };
    expect(ask("subjectaccessreviews", { spec }).status).toEqual({ allowed: true });
    expect(ask("subjectaccessreviews", { spec: { ...spec, groups: [] } }).status).toEqual({ allowed: false });
    expect(refusal(() => ask("subjectaccessreviews", { spec: { resourceAttributes: listPods } })).message).toContain(
      "at least one of user or group must be specified",
    );
  });

  test("in one namespace asks of that namespace's resources alone", () => {
    const spec = { user: "jane", resourceAttributes: listPods };
    const local = { namespace: "default" };
    expect(ask("localsubjectaccessreviews", { spec }, local).status).toEqual({ allowed: false });
    expect(refusal(() => ask("localsubjectaccessreviews", { spec }, { namespace: "other" })).message).toContain(
      'spec.resourceAttributes.namespace: Invalid value: "default": must match metadata.namespace',
    );
    const path = { user: "jane", nonResourceAttributes: { path: "/" } };
    expect(refusal(() => ask("localsubjectaccessreviews", { spec: path }, local)).message).toContain("disallowed");
  });
});

describe("what may I", () => {
  test("lists the rules of every role that holds in the namespace", () => {
    const server = testServer();
    create(server.registry, "roles.rbac.authorization.k8s.io", {
      metadata: { name: "r", namespace: "default" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["one"], verbs: ["get"] }],
    });
    create(server.registry, "rolebindings.rbac.authorization.k8s.io", {
      metadata: { name: "r", namespace: "default" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" },
      subjects: [{ kind: "Group", name: "viewers" }],
    });
    const { spec, metadata, status } = ask("selfsubjectrulesreviews", { spec: { namespace: "default" } }, { server });
    expect({ spec, metadata }).toEqual({ spec: {}, metadata: {} });
    const { resourceRules, ...rest } = status as { resourceRules: object[] };
    expect(resourceRules).toContainEqual({
      verbs: ["get"],
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["one"],
    });
    expect(resourceRules).toHaveLength(3);
    expect(rest).toMatchObject({ incomplete: false, nonResourceRules: expect.any(Array) });
  });

  test("needs a namespace", () => {
    expect(refusal(() => ask("selfsubjectrulesreviews", { spec: {} })).message).toBe("no namespace on request");
  });
});

describe("whose token", () => {
  test("tells the user of a good one and why another is not", () => {
    const server = testServer({ staticTokens: parseTokenFile("static,jane,7,devs", "f") });
    expect(ask("tokenreviews", { spec: { token: "static" } }, { server }).status).toEqual({
      authenticated: true,
      user: { username: "jane", uid: "7", groups: ["devs", "system:authenticated"] },
      audiences: ["https://kubernetes.default.svc"],
    });
    expect(ask("tokenreviews", { spec: { token: "bad" } }, { server }).status).toEqual({
      user: {},
      error: "invalid bearer token",
    });
    expect(refusal(() => ask("tokenreviews", { spec: {} }, { server })).code).toBe(400);
  });
});
