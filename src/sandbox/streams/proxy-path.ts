import { posix } from "node:path";
import { requestTarget } from "../model/request-target.ts";
import type { ServerRequest } from "../model/server-request.ts";

/** The two halves of a proxied request's path: of the API, and of what is behind it. */
export interface ProxyPath {
  /** Up to and with `/proxy`. */
  readonly prefix: string;
  /** As it is sent on, with its leading slash. */
  readonly path: string;
}

/**
 * Splits a path as the API server does: it decodes it, walks along its dots, which lead nowhere above the root of what
 * is proxied, and encodes it anew where that must be.
 */
export function splitProxyPath(pathname: string): ProxyPath {
  const [, prefix = "", rest = ""] = /^(.*?\/(?:pods|services|nodes)\/[^/]+\/proxy)(\/.*)?$/.exec(pathname) ?? [];
  return { prefix, path: encoded(posix.normalize(`/${decoded(rest)}`)) };
}

/**
 * Leads a read to the root of what is proxied where its path lacks the slash that a page's links are read from.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/proxy/upgradeaware.go
 */
export function redirectToRoot({ method, url }: Pick<ServerRequest, "method" | "url">): Response | undefined {
  const { pathname, search } = requestTarget(url);
  const isRead = method === "GET" || method === "HEAD";
  if (!isRead || !pathname.endsWith("/proxy") || splitProxyPath(pathname).path !== "/") return undefined;
  return new Response(null, { status: 301, headers: { location: `${pathname}/${search}` } });
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function encoded(path: string): string {
  return encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}

/**
 * Leads a redirect back through the proxy, where it leads to the same program.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/proxy/transport.go
 * @param hosts what the program goes by: its address, and the host that the client asked for
 */
export function rewriteLocation(location: string, prefix: string, hosts: readonly string[]): string {
  const [, scheme, host, path = "", rest = ""] =
    /^(?:([a-z][a-z0-9+.-]*:)?\/\/([^/?#]*))?([^?#]*)(.*)$/i.exec(location) ?? [];
  if (!path.startsWith("/") || (host !== undefined && !hosts.includes(host))) return location;
  const origin = host !== undefined && host === hosts[1] ? `${scheme ?? ""}//${host}` : "";
  return `${origin}${path.startsWith(prefix) ? path : `${prefix}${path}`}${rest}`;
}
