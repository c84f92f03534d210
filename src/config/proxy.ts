import { BlockList, isIP } from "node:net";
import { ConfigError } from "../errors.ts";

/**
 * The proxy for a server by the environment: HTTPS_PROXY or HTTP_PROXY by the server's scheme, in either case, unless
 * NO_PROXY names the host. Loopback is never proxied. Undefined for a direct connection.
 * Rules: https://pkg.go.dev/golang.org/x/net/http/httpproxy
 */
export function proxyFromEnvironment(
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const url = new URL(server);
  const value = url.protocol === "https:" ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy;
  if (!value || !usesProxy(url, env.NO_PROXY || env.no_proxy || "")) return undefined;
  return parseProxyUrl(hasProxyScheme(value) ? value : `http://${value}`, "the environment");
}

/**
 * Checks a proxy's URL: scheme http, https or socks5, and a host. `origin` says in messages where it was found.
 * Throws ConfigError `PROXY`.
 */
export function parseProxyUrl(text: string, origin: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text);
  } catch {
    url = undefined;
  }
  if (url === undefined || url.hostname === "" || !hasProxyScheme(text)) {
    throw new ConfigError("PROXY", `Cannot use the proxy URL of ${origin}: it is no http, https or socks5 URL`, {
      hint: "Write it as http://host:port, https://host:port or socks5://host:port.",
    });
  }
  return url.href.replace(/\/$/, "");
}

/** Whether NO_PROXY leaves a URL to the proxy. */
export function usesProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  if (isLoopback(host)) return false;
  return !noProxy
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== "" && matches(entry, host, port));
}

/** `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (bare === "localhost") return true;
  const family = isIP(bare);
  return family === 4 ? bare.startsWith("127.") : family === 6 && inNetwork(bare, "::1", 128);
}

/** One entry of NO_PROXY: `*`, address, network, `host`, `.suffix` or `*.suffix`; a port narrows all but networks. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [network, prefix] = entry.split("/");
  if (prefix !== undefined && network !== undefined && isIP(network)) {
    return /^\d+$/.test(prefix) && isIP(host) !== 0 && inNetwork(host, network, Number(prefix));
  }
  const { name, port: wanted } = splitPort(entry);
  if (name === "" || (wanted !== undefined && wanted !== port)) return false;
  if (isIP(name)) return isIP(host) !== 0 && inNetwork(host, name, isIP(name) === 4 ? 32 : 128);
  const suffix = name.startsWith("*.") ? name.slice(1) : name;
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function splitPort(entry: string): { name: string; port: string | undefined } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry);
  if (bracketed) return { name: bracketed[1] ?? "", port: bracketed[2] };
  const single = /^([^:]*):(\d+)$/.exec(entry);
  return single ? { name: single[1] ?? "", port: single[2] } : { name: entry, port: undefined };
}

function inNetwork(address: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (prefix > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family === 4 ? "ipv4" : "ipv6");
  return list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

function hasProxyScheme(text: string): boolean {
  return /^(https?|socks5):\/\//i.test(text);
}
