import { describe, expect, it } from "vitest";
import { requestInfo } from "../../../src/sandbox/http/request-info.ts";
import { requestTarget } from "../../../src/sandbox/model/request-target.ts";

function about(method: string, target: string): Record<string, unknown> {
  const { verb, group, version, resource, subresource, namespace, name, isCollection } = requestInfo(
    method,
    requestTarget(`https://sandbox${target}`),
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

  it.each([
    ["/api/../healthz", { version: "..", resource: "healthz", isCollection: true, verb: "list" }],
    ["/api/%2e%2e/healthz", { version: "..", resource: "healthz", isCollection: true, verb: "list" }],
    ["/api/v1/namespaces/a/pods%2Fp%2Flog", { resource: "pods", namespace: "a", name: "p", subresource: "log" }],
    ["/api/v1/namespaces/a/pods/%C3%A9%FF", { resource: "pods", namespace: "a", name: "%C3%A9%FF" }],
  ])("%s is decoded, then split, and no dots are walked along", (target, expected) => {
    expect(about("GET", target)).toEqual({ ...NOTHING, isCollection: false, verb: "get", ...expected });
  });

  it.each(["/", "/healthz", "/apis/../healthz", "/api", "/apis/apps/v1", "/openapi/v3/apis/apps/v1", "/version"])(
    "%s names no resource",
    (target) => {
      const info = requestInfo("GET", requestTarget(`https://sandbox${target}`));
      expect(info).toMatchObject({ isResourceRequest: false, verb: "get", path: target });
    },
  );
});
