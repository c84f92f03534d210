import { objectPath, type ResourcePath } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";

/** What a request through the API server is for: `web`, `web:http`, `https:web:`, `https:web:8443`. */
export interface ProxyAddress {
  /** Empty for the default: http, of nodes https. */
  readonly scheme: "" | "http" | "https";
  readonly name: string;
  /** A number or a name; empty for the default. */
  readonly port: string;
}

/** A path and a query below the server's URL. */
export interface ProxyTarget {
  readonly path: string;
  /** As it was given, without `?`; empty where there is none. */
  readonly rawQuery: string;
}

const BASE = "http://proxy.invalid";

/**
 * Reads an address in any of the API's four forms. Throws UsageError.
 * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
 */
export function parseProxyAddress(text: string, resource: string): ProxyAddress {
  const parts = typeof text === "string" ? text.split(":") : [];
  const [scheme = "", name = "", port = ""] = parts.length === 3 ? parts : ["", ...parts];
  const known = scheme === "" || scheme === "http" || scheme === "https";
  const isAddress = parts.length > 0 && parts.length < 4 && name !== "" && !/[/%]/.test(text);
  if (isAddress && known && isPort(port)) return { scheme, name, port };
  throw new UsageError("INVALID_INPUT", `Cannot fetch from ${resource} ${JSON.stringify(text)}: it is not an address`, {
    hint: 'Write "web", "web:http", "https:web:" or "https:web:8443"; the path comes after it: fetch("web:http", "/healthz").',
  });
}

/** A number that there is, or what may be a name. */
function isPort(text: string): boolean {
  return !/^\d+$/.test(text) || (Number(text) > 0 && Number(text) < 65536);
}

/** The path of the proxy itself, without what follows. */
export function proxyRoot(
  resource: ResourcePath,
  namespace: string | undefined,
  { scheme, name, port }: ProxyAddress,
): string {
  const address = scheme !== "" ? `${scheme}:${name}:${port}` : port === "" ? name : `${name}:${port}`;
  return objectPath(resource, namespace, address, "proxy");
}

/**
 * A path behind a proxy, as a browser reads it: `.` and `..` are resolved and never lead out of the proxy, what must be
 * is percent-encoded, a fragment is dropped.
 */
export function proxyTarget(root: string, path: string): ProxyTarget {
  if (typeof path !== "string") {
    throw new UsageError("INVALID_INPUT", "Cannot fetch: the path is no text", {
      hint: 'It comes before the rest: k8s.services.fetch("web:http", "/", { method: "POST" }).',
    });
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    throw new UsageError("INVALID_INPUT", `Cannot fetch ${path}: give the path alone`, {
      hint: 'Host and port are the address: k8s.services.fetch("web:http", "/healthz").',
    });
  }
  const { pathname, search } = new URL(`${BASE}${path.startsWith("/") ? "" : "/"}${path}`);
  return { path: `${root}${pathname}`, rawQuery: search.slice(1) };
}

/** Where a redirect leads, if that is behind the same proxy; undefined where it leads out. */
export function redirectTarget(root: string, from: ProxyTarget, location: string): ProxyTarget | undefined {
  let url: URL;
  try {
    url = new URL(location, `${BASE}${from.path}`);
  } catch {
    return undefined;
  }
  // The API server leads what points to the program itself through the proxy, with whatever host it was asked by.
  if (!/^https?:$/.test(url.protocol) || !`${url.pathname}/`.startsWith(`${root}/`)) return undefined;
  return { path: url.pathname, rawQuery: url.search.slice(1) };
}
