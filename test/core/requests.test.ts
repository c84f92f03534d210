import { expect, test } from "vitest";
import { requestTarget } from "../../src/core/request.ts";
import * as requests from "../../src/core/requests.ts";
import { DEPLOYMENTS, NODES, PODS } from "./resources-fixture.ts";

const line = (request: ReturnType<typeof requests.getRequest>): string => `${request.method} ${requestTarget(request)}`;

test("core and grouped resources, namespaced and not, have the server's paths", () => {
  expect(line(requests.getRequest({ resource: PODS, namespace: "a", name: "web" }))).toBe(
    "GET /api/v1/namespaces/a/pods/web",
  );
  expect(line(requests.listRequest({ resource: DEPLOYMENTS }))).toBe("GET /apis/apps/v1/deployments");
  expect(line(requests.getRequest({ resource: NODES, namespace: "ignored", name: "n:1" }))).toBe(
    "GET /api/v1/nodes/n:1",
  );
  expect(line(requests.getRequest({ resource: DEPLOYMENTS, namespace: "a", name: "web", subresource: "scale" }))).toBe(
    "GET /apis/apps/v1/namespaces/a/deployments/web/scale",
  );
});

test("a list takes selectors and pages", () => {
  const request = requests.listRequest(
    { resource: PODS, namespace: "a" },
    {
      labels: { app: "web" },
      fields: "status.phase=Running",
      limit: 500,
      resourceVersion: "0",
      resourceVersionMatch: "NotOlderThan",
    },
  );
  expect(line(request)).toBe(
    "GET /api/v1/namespaces/a/pods?labelSelector=app%3Dweb&fieldSelector=status.phase%3DRunning&resourceVersion=0&resourceVersionMatch=NotOlderThan&limit=500",
  );
});

test("a continue page drops the resource version", () => {
  const request = requests.listRequest(
    { resource: PODS },
    { limit: 2, continue: "abc", resourceVersion: "0", resourceVersionMatch: "NotOlderThan" },
  );
  expect(line(request)).toBe("GET /api/v1/pods?limit=2&continue=abc");
});

test("a watch carries its switches", () => {
  expect(
    line(
      requests.watchRequest(
        { resource: PODS },
        { resourceVersion: "5", allowWatchBookmarks: true, timeoutSeconds: 300 },
      ),
    ),
  ).toBe("GET /api/v1/pods?watch=true&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=300");
});

test("a table is asked for by Accept", () => {
  const request = requests.asTable(requests.listRequest({ resource: PODS }));
  expect(request.headers?.accept).toMatch(/^application\/json;as=Table;v=v1;g=meta\.k8s\.io,/);
  expect(line(request)).toBe("GET /api/v1/pods?includeObject=Metadata");
});

test("each patch has its content type, and apply its manager", () => {
  const target = { resource: PODS, namespace: "a", name: "web" };
  expect(requests.patchRequest(target, [], "json").headers?.["content-type"]).toBe("application/json-patch+json");
  expect(requests.patchRequest(target, {}, "merge").headers?.["content-type"]).toBe("application/merge-patch+json");
  expect(requests.patchRequest(target, {}, "strategic").headers?.["content-type"]).toBe(
    "application/strategic-merge-patch+json",
  );
  const apply = requests.applyRequest(target, { a: 1 }, { fieldManager: "me", force: true, dryRun: true });
  expect(line(apply)).toBe("PATCH /api/v1/namespaces/a/pods/web?dryRun=All&fieldManager=me&force=true");
  expect(apply.headers?.["content-type"]).toBe("application/apply-patch+yaml");
  expect(apply.body).toBe('{"a":1}');
});

test("a delete says in its body what the user said, its dry run too, which stands in the URL as well", () => {
  const request = requests.deleteRequest(
    { resource: PODS, namespace: "a", name: "web" },
    { gracePeriodSeconds: 0, propagationPolicy: "Foreground", preconditions: { uid: "u" }, dryRun: true },
  );
  expect(line(request)).toBe("DELETE /api/v1/namespaces/a/pods/web?dryRun=All");
  expect(JSON.parse(request.body as string)).toEqual({
    apiVersion: "v1",
    kind: "DeleteOptions",
    dryRun: ["All"],
    propagationPolicy: "Foreground",
    gracePeriodSeconds: 0,
    preconditions: { uid: "u" },
  });
  expect(line(requests.deleteCollectionRequest({ resource: PODS, namespace: "a" }, { labels: "app" }))).toBe(
    "DELETE /api/v1/namespaces/a/pods?labelSelector=app",
  );
});

test.each(["", ".", "..", "a/b", "a%2e"])("the name %j cannot leave its place in the path", (name) => {
  expect(() => requests.getRequest({ resource: PODS, namespace: "a", name })).toThrow(/as the name of pods/);
  expect(() => requests.listRequest({ resource: PODS, namespace: name })).toThrow(/as the name of namespace/);
});

test("an object of a namespaced resource needs a namespace", () => {
  expect(() => requests.getRequest({ resource: PODS, name: "web" })).toThrow(/needs its namespace/);
});
