import { describe, expect, test } from "vitest";
import { type ApiRequest, requestTarget } from "../../src/core/request.ts";
import { Http } from "../../src/runtime/http.ts";
import type { Transport } from "../../src/transport/transport.ts";

const sent: ApiRequest[] = [];
const transport = {
  send: async (request: ApiRequest) => {
    sent.push(request);
    return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from('{"a":1}') };
  },
} as unknown as Transport;
const http = new Http(transport);

describe("a raw request", () => {
  test.each([
    ["version", undefined, "/version"],
    ["/x?a=1&a=2&b=c%20d", undefined, "/x?a=1&a=2&b=c+d"],
    ["/x?labelSelector=a in (b)", undefined, "/x?labelSelector=a+in+%28b%29"],
    ["/x?query=a?b&c=d??", undefined, "/x?query=a%3Fb&c=d%3F%3F"],
    ["/x?a=1", { b: "2" }, "/x?a=1&b=2"],
  ])("for %j with %o goes to %s", async (path, query, target) => {
    expect(await http.get(path, query === undefined ? {} : { query })).toEqual({ a: 1 });
    expect(requestTarget(sent.pop() ?? { path: "" })).toBe(target);
  });

  test.each([
    [{ a: 1 }, {}, "application/json", '{"a":1}'],
    ['{"a":1}', {}, "application/json", '{"a":1}'],
    ["a: 1\n", {}, "application/yaml", "a: 1\n"],
    ["a: 1\n", { "Content-Type": "application/json" }, "application/json", '{"a":1}'],
    ["a=1", { "content-type": "text/plain" }, "text/plain", "a=1"],
    [Uint8Array.of(1), {}, "application/octet-stream", Uint8Array.of(1)],
  ])("has the body %j with %o sent as %s", async (body, headers, type, encoded) => {
    await http.post("/x", body, { headers });
    expect(sent.pop()).toMatchObject({ method: "POST", headers: { "content-type": type }, body: encoded });
  });

  test("patches as the patch looks, and tries only on a handle that does", async () => {
    await new Http(transport, true).patch("/x", [{ op: "test" }]);
    expect(sent.pop()).toMatchObject({
      headers: { "content-type": "application/json-patch+json" },
      query: { dryRun: "All" },
    });
  });

  test("is not for another server", async () => {
    await expect(http.get("https://other/x")).rejects.toMatchObject({ code: "USAGE" });
    expect(sent).toEqual([]);
  });
});
