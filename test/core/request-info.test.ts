import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { requestInfo } from "../../src/core/request-info.ts";

const of = (method: string, target: string): ReturnType<typeof requestInfo> => {
  const [path = "", query = ""] = target.split("?");
  return requestInfo(method, path, new URLSearchParams(query));
};

test.each([
  ["GET", "/api/v1/pods", "list||v1|pods||"],
  ["GET", "/api/v1/pods?watch=true", "watch||v1|pods||"],
  ["GET", "/api/v1/pods?watch=false", "list||v1|pods||"],
  ["GET", "/api/v1/pods?fieldSelector=metadata.name%3Dweb", "list||v1|pods||web"],
  ["HEAD", "/api/v1/namespaces/a/pods/web", "get||v1|pods|a|web"],
  ["GET", "/api/v1/namespaces/a/pods/web/log", "get||v1|pods/log|a|web"],
  ["POST", "/api/v1/namespaces/a/pods/web/exec", "create||v1|pods/exec|a|web"],
  ["GET", "/api/v1/namespaces", "list||v1|namespaces||"],
  ["GET", "/api/v1/namespaces/a", "get||v1|namespaces|a|a"],
  ["PUT", "/api/v1/namespaces/a/finalize", "update||v1|namespaces/finalize|a|a"],
  ["POST", "/apis/apps/v1/namespaces/a/deployments", "create|apps|v1|deployments|a|"],
  ["PATCH", "/apis/apps/v1/namespaces/a/deployments/web/scale", "patch|apps|v1|deployments/scale|a|web"],
  ["DELETE", "/apis/apps/v1/namespaces/a/deployments", "deletecollection|apps|v1|deployments|a|"],
  ["DELETE", "/apis/apps/v1/namespaces/a/deployments/web", "delete|apps|v1|deployments|a|web"],
  [
    "GET",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
    "get|rbac.authorization.k8s.io|v1|clusterroles||system:node",
  ],
  ["GET", "/api/v1/namespaces/a/services/web:80/proxy/metrics", "get||v1|services/proxy|a|web:80"],
  ["GET", "/api/v1/watch/namespaces/a/pods", "watch||v1|pods|a|"],
])("%s %s", (method, target, expected) => {
  const info = of(method, target);
  if (!info.isResourceRequest) throw new Error("read as a non-resource request");
  const resource = info.subresource === "" ? info.resource : `${info.resource}/${info.subresource}`;
  expect([info.verb, info.apiGroup, info.apiVersion, resource, info.namespace, info.name].join("|")).toBe(expected);
});

test.each(["/", "/api", "/api/v1", "/apis/apps", "/apis/apps/v1", "/healthz/ping", "/openapi/v3/api/v1", "/version"])(
  "%s is no resource",
  (path) => {
    expect(of("GET", path)).toEqual({ isResourceRequest: false, verb: "get", nonResourceURL: path });
  },
);

test("a refusal recorded from a real server names the same verb and resource", () => {
  const file = new URL("../fixtures/recordings/auth.json", import.meta.url);
  const exchanges = JSON.parse(readFileSync(file, "utf8")) as {
    request: { method: string; path: string };
    response: { status: number; body?: { message?: string } };
  }[];
  let seen = 0;
  for (const { request, response } of exchanges) {
    const match = /cannot (\w+) resource "([^"]+)" in API group "([^"]*)"/.exec(response.body?.message ?? "");
    if (response.status !== 403 || match === null) continue;
    const info = of(request.method, request.path);
    if (!info.isResourceRequest) throw new Error(`${request.path} read as a non-resource request`);
    const resource = info.subresource === "" ? info.resource : `${info.resource}/${info.subresource}`;
    expect([info.verb, resource, info.apiGroup]).toEqual(match.slice(1));
    seen += 1;
  }
  expect(seen).toBeGreaterThan(0);
});
