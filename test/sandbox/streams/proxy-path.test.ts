import { expect, test } from "vitest";
import { splitProxyPath } from "../../../src/sandbox/streams/proxy-path.ts";

const prefix = "/api/v1/namespaces/a/pods/p:80/proxy";

test.each([
  ["", "/"],
  ["/a/b/", "/a/b/"],
  ["/a%20b/%3F%23/%C3%A9", "/a%20b/%3F%23/%C3%A9"],
  ["/a/../b/./c", "/b/c"],
  ["/%2e%2e/%2E%2E/secret", "/secret"],
  ["/..", "/"],
])("%s below a proxy leads to %s, never above its root", (rest, path) => {
  expect(splitProxyPath(`${prefix}${rest}`)).toEqual({ prefix, path });
});
