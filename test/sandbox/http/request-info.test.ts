import { describe, expect, it } from "vitest";
import { requestInfo } from "../../../src/sandbox/http/request-info.ts";

function about(method: string, target: string): Record<string, unknown> {
  const { verb, group, version, resource, subresource, namespace, name, isCollection } = requestInfo(
    method,
    new URL(target, "https://sandbox"),
  );
  return { verb, group, version, resource, subresource, namespace, name, isCollection };
}

const NOTHING = { group: "", version: "v1", resource: "", subresource: "", namespace: "", name: "" };

describe("a request's line", () => {
  it.each([
    ["GET", "/api/v1/pods", { verb: "list", resource: "pods", isCollection: true }],
    ["GET", "/api/v1/pods?watch", { verb: "watch", resource: "pods", isCollection: true }],
    ["GET", "/api/v1/pods?watch=false", { verb: "list", resource: "pods", isCollection: true }],
    ["GET", "/api/v1/watch/pods", { verb: "watch", resource: "pods", isCollection: true }],
    ["HEAD", "/api/v1/namespaces/a/pods/p", { verb: "get", resource: "pods", namespace: "a", name: "p" }],
    ["GET", "/api/v1/namespaces/a", { verb: "get", resource: "namespaces", namespace: "a", name: "a" }],
    [
      "PUT",
      "/api/v1/namespaces/a/finalize",
      { verb: "update", resource: "namespaces", namespace: "a", name: "a", subresource: "finalize" },
    ],
    [
      "DELETE",
      "/api/v1/namespaces/a/pods",
      { verb: "deletecollection", resource: "pods", namespace: "a", isCollection: true },
    ],
    [
      "GET",
      "/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Dp",
      { verb: "list", resource: "pods", namespace: "a", name: "p", isCollection: true },
    ],
    [
      "PATCH",
      "/apis/apps/v1/namespaces/a/deployments/d/scale",
      { verb: "patch", group: "apps", resource: "deployments", namespace: "a", name: "d", subresource: "scale" },
    ],
  ])("%s %s", (method, target, expected) => {
    expect(about(method, target)).toEqual({ ...NOTHING, isCollection: false, ...expected });
  });

  it.each(["/", "/healthz", "/api", "/apis/apps/v1", "/openapi/v3/apis/apps/v1", "/version"])(
    "%s names no resource",
    (target) => {
      const info = requestInfo("GET", new URL(target, "https://sandbox"));
      expect(info).toMatchObject({ isResourceRequest: false, verb: "get", path: target });
    },
  );
});
