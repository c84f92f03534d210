import { describe, expect, it } from "vitest";
import { accessRules } from "../../src/schedule/access-rules.ts";
import { observedAccesses } from "../../src/schedule/observed-access.ts";

describe("rights that an observed request needs", () => {
  it("are the request's verb on its resource in its namespace", () => {
    expect(observedAccesses({ method: "GET", path: "/apis/batch/v1/namespaces/ops/jobs" })).toEqual([
      { verb: "list", group: "batch", resource: "jobs", namespace: "ops" },
    ]);
    expect(observedAccesses({ method: "GET", path: "/api/v1/nodes/one" })).toEqual([
      { verb: "get", group: "", resource: "nodes", namespace: undefined },
    ]);
  });

  it("are list and watch for a watch, which may fall back to a list", () => {
    const accesses = observedAccesses({ method: "GET", path: "/api/v1/pods", query: { watch: true } });
    expect(accesses.map(({ verb }) => verb)).toEqual(["list", "watch"]);
  });

  it("are create and patch for server-side apply", () => {
    const headers = { "content-type": "application/apply-patch+yaml" };
    const path = "/api/v1/namespaces/ops/configmaps/c";
    expect(observedAccesses({ method: "PATCH", path, headers }).map(({ verb }) => verb)).toEqual(["create", "patch"]);
  });

  it("name the sub-resource", () => {
    const path = "/apis/apps/v1/namespaces/ops/deployments/web/scale";
    expect(observedAccesses({ method: "PATCH", path })).toMatchObject([{ resource: "deployments/scale" }]);
  });

  it("are those of paths that are no resources", () => {
    expect(observedAccesses({ method: "GET", path: "/a%20b" })).toEqual([{ verb: "get", path: "/a b" }]);
    expect(accessRules(observedAccesses({ method: "GET", path: "/openapi/v3" })).cluster).toEqual([]);
  });

  it("are of whoever asks as somebody else to be that one, and no more", () => {
    const impersonate = { user: "jane", uid: "1", groups: ["devs"], extra: { scope: ["a"] } };
    const authentication = { verb: "impersonate", group: "authentication.k8s.io", namespace: undefined };
    expect(observedAccesses({ method: "DELETE", path: "/api/v1/nodes/one", impersonate })).toEqual([
      { verb: "impersonate", group: "", resource: "users", name: "jane", namespace: undefined },
      { verb: "impersonate", group: "", resource: "groups", name: "devs", namespace: undefined },
      { ...authentication, resource: "uids", name: "1" },
      { ...authentication, resource: "userextras/scope", name: "a" },
    ]);
    const account = { user: "system:serviceaccount:ops:ci", groups: [], extra: {} };
    expect(observedAccesses({ method: "GET", path: "/api/v1/nodes", impersonate: account })).toEqual([
      { verb: "impersonate", group: "", resource: "serviceaccounts", name: "ci", namespace: "ops" },
    ]);
  });

  it("are to bind the role of a binding that is written, and to approve for the signer of a request", () => {
    const path = "/apis/rbac.authorization.k8s.io/v1/namespaces/web/rolebindings";
    const body = JSON.stringify({ roleRef: { kind: "ClusterRole", name: "view" }, subjects: [] });
    expect(observedAccesses({ method: "POST", path, body }).at(-1)).toEqual({
      ...{ verb: "bind", group: "rbac.authorization.k8s.io", resource: "clusterroles", name: "view" },
      namespace: "web",
    });
    expect(observedAccesses({ method: "DELETE", path: `${path}/x`, body: "{}" })).toHaveLength(1);
    const approval = "/apis/certificates.k8s.io/v1/certificatesigningrequests/jane/approval";
    const request = JSON.stringify({ spec: { signerName: "example.com/own" } });
    expect(observedAccesses({ method: "PUT", path: approval, body: request }).at(-1)).toEqual({
      ...{ verb: "approve", group: "certificates.k8s.io", resource: "signers", name: "example.com/own" },
      namespace: undefined,
    });
  });
});
