import type { IncomingMessage } from "node:http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { proxyFilter } from "../../src/operations/proxy/filter.ts";
import { goRegExp } from "../../src/operations/proxy/go-regexp.ts";
import { headersToClient, headersToServer } from "../../src/operations/proxy/headers.ts";
import { route } from "../../src/operations/proxy/routes.ts";

describe("expressions in Go's syntax", () => {
  test.each<[pattern: string, matching: string[], others: string[]]>([
    ["^/api/.*/pods/.*/exec", ["/api/v1/pods/x/exec", "/api/v1/\r/pods/x/exec"], ["/api/v1/\n/pods/x/exec"]],
    ["(?i)^post$", ["POST", "post"], ["POSTS"]],
    ["(?s)a.b", ["a\nb"], ["ab"]],
    ["\\Aa\\z", ["a"], ["a\n", "ba"]],
    ["^\\/a\\-b\\_c$", ["/a-b_c"], ["/a_b"]],
    ["^[]a[]+$", ["]a["], ["b"]],
    ["^[[:alpha:]_\\-]+$", ["a_-"], ["a1"]],
    ["^(?P<name>a{2}){$", ["aa{"], ["a{"]],
    ["a{,2}]", ["a{,2}]"], ["aa]"]],
  ])("%s", (pattern, matching, others) => {
    const expression = goRegExp(pattern);
    expect(matching.filter((text) => !expression.test(text))).toEqual([]);
    expect(others.filter((text) => expression.test(text))).toEqual([]);
  });

  test.each([["a(?i)b"], ["\\Qa\\E"], ["[a"], ["[[:nope:]]"], ["(a"], ["\\"]])("%s is refused", (pattern) => {
    expect(() => goRegExp(pattern)).toThrow(SyntaxError);
  });

  test("a text that is quoted as Go quotes it matches itself alone", () => {
    const quoted = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (text, other) => {
        const expression = goRegExp(`^${quoted(text)}$`);
        expect(expression.test(text)).toBe(true);
        expect(expression.test(other)).toBe(other === text);
      }),
    );
  });
});

describe("the filter", () => {
  const plain = { method: "GET", path: "/api/v1/pods", host: "127.0.0.1:8001", upgrade: false, origin: undefined };
  test.each<[expected: boolean, request: Partial<Parameters<ReturnType<typeof proxyFilter>>[0]>]>([
    [true, {}],
    [true, { host: "localhost" }],
    [true, { host: "[::1]:8001" }],
    [true, { host: "[::1]" }],
    [false, { host: "evil.example" }],
    [false, { host: "localhost.evil.example:8001" }],
    [false, { host: "a:b:c" }],
    [false, { host: "" }],
    [false, { path: "/api/v1/namespaces/a/pods/b/exec" }],
    [false, { path: "/x/../api/v1/namespaces/a/pods/b/attach" }],
    [true, { path: "/api/v1/namespaces/a/pods/b/portforward" }],
    [true, { method: "DELETE" }],
    [true, { upgrade: true }],
    [true, { upgrade: true, origin: "http://localhost:3000" }],
    [false, { upgrade: true, origin: "https://evil.example" }],
    [false, { upgrade: true, origin: "null" }],
    [true, { origin: "https://evil.example" }],
    [true, { method: "POST", origin: "http://127.0.0.1:8001" }],
    [false, { method: "POST", origin: "https://evil.example" }],
    [false, { method: "DELETE", origin: "null" }],
  ])("by default says %s to %o", (expected, request) => {
    expect(proxyFilter({})({ ...plain, ...request })).toBe(expected);
  });

  test("a text is a list, an array's texts are one expression each, and a RegExp forgets where it was", () => {
    const listed = proxyFilter({ rejectMethods: "POST,^PUT$" });
    expect(["POST", "PUT", "GET"].map((method) => listed({ ...plain, method }))).toEqual([false, false, true]);
    const exact = proxyFilter({ acceptPaths: ["^/a{1,2}$"], acceptHosts: /^127/g });
    const paths = ["/a", "/aa", "/aaa"];
    expect(paths.map((path) => exact({ ...plain, path }))).toEqual([true, true, false]);
  });

  test("an expression that cannot be read is named", () => {
    expect(() => proxyFilter({ acceptPaths: "^/ok,(" })).toThrow(/acceptPaths holds "\("/);
  });
});

describe("routes", () => {
  const prefixes = { api: "/", static: "/static/", server: undefined };
  test.each([
    ["/api/v1/pods?watch=1", prefixes, { type: "api", path: "/api/v1/pods", query: "watch=1" }],
    ["/a%20b/%65", prefixes, { type: "api", path: "/a%20b/%65", decoded: "/a b/e" }],
    ["/static/a%20b/c", prefixes, { type: "static", file: "/a b/c" }],
    ["/static?x", prefixes, { type: "redirect", location: "/static/?x" }],
    ["/a//b/../c/", prefixes, { type: "redirect", location: "/a/c/" }],
    ["/%zz", prefixes, { type: "badRequest" }],
    ["*", prefixes, { type: "badRequest" }],
    ["http://other/api", prefixes, { type: "api", path: "/api", host: "other" }],
    ["/k8s/api/v1", { ...prefixes, api: "/k8s/" }, { type: "api", path: "/api/v1" }],
    ["/k8s/", { ...prefixes, api: "/k8s/" }, { type: "api", path: "/" }],
    ["/api/v1", { ...prefixes, api: "/k8s/" }, { type: "notFound" }],
    ["/api/v1", { ...prefixes, api: "/api/" }, { type: "api", path: "/api/v1" }],
    ["/c/x/api/v1", { ...prefixes, server: "/c/x" }, { type: "api", path: "/api/v1" }],
    ["/api/v1", { ...prefixes, server: "/c/x" }, { type: "notFound" }],
  ])("%s with %o", (target, given, expected) => {
    expect(route(target, "localhost", given)).toMatchObject(expected);
  });
});

describe("headers", () => {
  const request = (headersDistinct: Record<string, string[]>, method = "GET"): IncomingMessage => {
    const headers = Object.fromEntries(
      Object.entries(headersDistinct).map(([name, values]) => [name, values.join(", ")]),
    );
    return { method, headers, headersDistinct, socket: { remoteAddress: "127.0.0.1" } } as unknown as IncomingMessage;
  };

  test("a client's own log-in, cookies and repeated headers go on; what is about its connection does not", () => {
    const given = {
      host: ["localhost"],
      authorization: ["Bearer x"],
      cookie: ["a=1"],
      "impersonate-group": ["a", "b"],
      connection: ["keep-alive, X-Own"],
      "x-own": ["1"],
      "keep-alive": ["5"],
      expect: ["100-continue"],
      "content-length": ["0"],
      "x-forwarded-for": ["10.0.0.1"],
    };
    expect(headersToServer(request(given))).toEqual({
      authorization: "Bearer x",
      cookie: "a=1",
      "impersonate-group": ["a", "b"],
      "x-forwarded-for": "10.0.0.1, 127.0.0.1",
    });
  });

  test("what could not be decoded is asked for uncompressed", () => {
    const given = { "accept-encoding": ["gzip"] };
    expect(headersToServer(request(given))["accept-encoding"]).toBe("gzip");
    expect(headersToServer(request({ ...given, range: ["bytes=0-1"] }))["accept-encoding"]).toBe("identity");
    expect(headersToServer(request(given, "HEAD"))["accept-encoding"]).toBe("identity");
  });

  test("of a server's headers too, only those about its connection are left out", () => {
    const answer = {
      connection: "close",
      "transfer-encoding": "chunked",
      warning: ["299 - a", "299 - b"],
      "set-cookie": "a",
    };
    expect(headersToClient(answer)).toEqual({ warning: ["299 - a", "299 - b"], "set-cookie": "a" });
  });
});
