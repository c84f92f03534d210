import { describe, expect, test } from "vitest";
import { parseProxyUrl, proxyFromEnvironment, usesProxy } from "../../src/config/proxy.ts";

describe("proxies of the environment", () => {
  test("are chosen by the server's scheme, in upper or lower case, with http assumed", () => {
    const env = { HTTPS_PROXY: "secure.example:3128", http_proxy: "socks5://plain.example:1080" };
    expect(proxyFromEnvironment("https://k8s.example", env)).toBe("http://secure.example:3128");
    expect(proxyFromEnvironment("http://k8s.example", env)).toBe("socks5://plain.example:1080");
    expect(proxyFromEnvironment("https://k8s.example", {})).toBeUndefined();
  });

  test.each(["https://localhost:6443", "https://127.0.0.1:6443", "https://127.8.8.8", "https://[::1]:6443"])(
    "are never used for %s",
    (server) => {
      expect(proxyFromEnvironment(server, { HTTPS_PROXY: "http://p:1" })).toBeUndefined();
    },
  );
});

describe("NO_PROXY", () => {
  test.each([
    ["*", "https://any.example", false],
    ["example.com", "https://example.com", false],
    ["example.com", "https://api.example.com", false],
    ["example.com", "https://notexample.com", true],
    [".example.com", "https://example.com", true],
    [".example.com", "https://api.example.com", false],
    ["*.example.com", "https://api.example.com", false],
    ["EXAMPLE.com", "https://example.COM", false],
    ["example.com:6443", "https://example.com:6443", false],
    ["example.com:6443", "https://example.com", true],
    ["example.com:443", "https://example.com", false],
    ["10.0.0.0/8", "https://10.1.2.3:6443", false],
    ["10.0.0.0/8", "https://11.1.2.3:6443", true],
    ["10.0.0.0/8", "https://ten.example", true],
    ["10.1.2.3", "https://10.1.2.3", false],
    ["10.1.2.3:80", "https://10.1.2.3", true],
    ["fd00::/8", "https://[fd00::5]", false],
    ["[fd00::5]:6443", "https://[fd00::5]:6443", false],
    ["a, ,b.example", "https://b.example", false],
    ["10.0.0.0/99", "https://10.0.0.1", true],
    ["", "https://b.example", true],
  ])("%s against %s", (noProxy, server, expected) => {
    expect(usesProxy(new URL(server), noProxy)).toBe(expected);
  });
});

test("a proxy's URL of another scheme is refused without repeating it", () => {
  expect(() => parseProxyUrl("ftp://u:s3cret@h", 'cluster "a"')).toThrow(/cluster "a"/);
  expect(() => parseProxyUrl("ftp://u:s3cret@h", 'cluster "a"')).not.toThrow(/s3cret/);
});
