import { describe, expect, test } from "vitest";
import {
  apiErrorFrom,
  apiErrorFromStatus,
  apiErrorFromStream,
  retryAfterSeconds,
} from "../../src/transport/api-error.ts";

const get = { method: "GET", path: "/api/v1/namespaces/x/pods" };
function from(status: number, body: unknown, headers: Record<string, string> = {}, request = get) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return apiErrorFrom({ status, headers, body: Buffer.from(text) }, request);
}
const failure = (more: object) => ({ kind: "Status", apiVersion: "v1", status: "Failure", ...more });

describe("the message", () => {
  test("names method, path and what the server said", () => {
    const error = from(
      404,
      failure({ reason: "NotFound", message: 'pods "y" not found', details: { name: "y", kind: "pods" } }),
    );
    expect(error.message).toBe('Cannot GET /api/v1/namespaces/x/pods: pods "y" not found');
    expect(error).toMatchObject({ code: "NOT_FOUND", reason: "NotFound", httpStatus: 404, retryable: false });
  });

  test("adds the causes that the message leaves out", () => {
    const causes = [
      { field: "spec.a", message: "must be set" },
      { field: "spec.b", message: "too long" },
    ];
    const error = from(
      422,
      failure({ reason: "Invalid", message: "x is invalid: spec.b: too long", details: { causes } }),
    );
    expect(error.code).toBe("INVALID");
    expect(error.message.split("\n").slice(1)).toEqual(["  spec.a: must be set"]);
  });

  test("shortens a page that is not the API's and leaves its tags out", () => {
    const error = from(
      502,
      `<html><head><style>p{}</style></head><body><h1>Bad Gateway</h1>${"x".repeat(5000)}</body></html>`,
    );
    expect(error.message).toMatch(/^Cannot GET \S+: the server answered 502: Bad Gateway x+… \(\d+ characters\)$/);
    expect(error.message.length).toBeLessThan(500);
    expect(error).toMatchObject({ code: "API", retryable: true });
  });

  test.each([
    ['Deployment.apps "web" is invalid: spec.selector: Invalid value: {}: field is immutable', true],
    ["spec: Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden", true],
    ["spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`", true],
    ["spec: Forbidden: spec is immutable after creation except resources.requests", true],
    ["spec.replicas: Invalid value: -1: must be greater than or equal to 0", false],
  ])("says what to do about what cannot be changed: %s", (message, isImmutable) => {
    const { hint } = from(422, failure({ reason: "Invalid", message }));
    expect(hint?.includes("delete the object and create it again")).toBe(isImmutable);
  });

  test("stands even without a body", () => {
    expect(from(500, "").message).toContain("the server answered 500");
  });

  test("never reads [object Object] and never holds a token", () => {
    const error = from(400, failure({ message: { odd: "shape" } }));
    expect(error.message).not.toContain("[object Object]");
    expect(from(400, "header Authorization: Bearer abcdefghijkl was bad").message).not.toContain("abcdefghijkl");
  });
});

describe("the code", () => {
  test.each([
    [401, undefined, "UNAUTHORIZED"],
    [403, "Forbidden", "FORBIDDEN"],
    [409, "Conflict", "CONFLICT"],
    [409, "AlreadyExists", "ALREADY_EXISTS"],
    [410, "Expired", "GONE"],
    [429, "TooManyRequests", "TOO_MANY_REQUESTS"],
    [415, "UnsupportedMediaType", "API"],
  ])("of %i %s is %s", (status, reason, code) => {
    expect(from(status, failure({ reason, message: "m" })).code).toBe(code);
  });
});

describe("a 403", () => {
  test("names the missing rule in the authorizer's own terms", () => {
    const message = 'pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "x"';
    const { hint } = from(403, failure({ reason: "Forbidden", message }));
    expect(hint).toContain('verb "list" on resource "pods" in API group "" in namespace "x"');
    expect(hint).toContain('{apiGroups: [""], resources: ["pods"], verbs: ["list"]}');
  });

  test("names cluster-scoped rules, impersonation and paths", () => {
    const hint = (message: string) => from(403, failure({ reason: "Forbidden", message })).hint;
    expect(
      hint('nodes is forbidden: User "a" cannot list resource "nodes" in API group "" at the cluster scope'),
    ).toContain("at the cluster scope");
    expect(
      hint('users "b" is forbidden: User "a" cannot impersonate resource "users" in API group "" at the cluster scope'),
    ).toContain('verbs: ["impersonate"]');
    expect(hint('forbidden: User "a" cannot get path "/metrics"')).toContain(
      '{nonResourceURLs: ["/metrics"], verbs: ["get"]}',
    );
  });

  test("without a Status tells the rule by the request", () => {
    expect(from(403, "no").hint).toContain('verb "list" on resource "pods" in API group "" in namespace "x"');
  });

  test("of a quota or an admission plugin has no rule to name", () => {
    expect(from(403, failure({ reason: "Forbidden", message: "exceeded quota: compute" })).hint).toBeUndefined();
  });
});

test("Retry-After is read as seconds or as a date", () => {
  expect(retryAfterSeconds({ "retry-after": "7" })).toBe(7);
  expect(retryAfterSeconds({ "retry-after": "Thu, 01 Jan 1970 00:00:10 GMT" }, 4000)).toBe(6);
  expect(retryAfterSeconds({})).toBeUndefined();
  expect(
    from(429, failure({ reason: "TooManyRequests", message: "m" }), { "retry-after": "3" }).retryAfterSeconds,
  ).toBe(3);
});

test("a refused stream and a watch's ERROR event give the same error", async () => {
  const status = failure({ reason: "Expired", message: "too old", code: 410 });
  const body = (async function* () {
    yield Buffer.from(JSON.stringify(status));
  })();
  const streamed = await apiErrorFromStream({ status: 410, headers: {}, body }, get);
  const event = apiErrorFromStatus(status as never, 410, get);
  expect([streamed.message, streamed.code, streamed.hint]).toEqual([event.message, event.code, event.hint]);
});
