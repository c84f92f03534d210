/** https://github.com/kubernetes/kubectl/blob/master/pkg/proxy/proxy_server.go */
import path from "node:path";
import { UsageError } from "../../errors.ts";
import { goRegExp } from "./go-regexp.ts";

/**
 * Expressions that are searched for: a text is kubectl's list, separated by commas and in Go's syntax; an array's texts
 * are one expression each.
 */
export type ProxyPatterns = string | RegExp | readonly (string | RegExp)[];

/** Which requests reach the API server. */
export interface ProxyFilterOptions {
  /**
   * Of the Host header, without its port: what keeps a web page from reaching the proxy by a name that it owns. Also of
   * the Origin header of a write or an upgrade. Default this machine's.
   */
  readonly acceptHosts?: ProxyPatterns | undefined;
  /** Of the path, decoded. Default all. */
  readonly acceptPaths?: ProxyPatterns | undefined;
  /** Wins over `acceptPaths`. Default exec and attach. */
  readonly rejectPaths?: ProxyPatterns | undefined;
  /** Default none. */
  readonly rejectMethods?: ProxyPatterns | undefined;
}

/** kubectl's own. */
const PROXY_FILTER_DEFAULTS: Readonly<Record<keyof ProxyFilterOptions, string>> = {
  acceptHosts: "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$",
  acceptPaths: "^.*",
  rejectPaths: "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
  rejectMethods: "^$",
};

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

/** What a filter looks at. */
export interface FilteredRequest {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  /** The Host header; empty without one. */
  readonly host: string;
  /** Whether it asks for an upgrade. */
  readonly upgrade: boolean;
  /** The page that had a browser send it; undefined of other programs. */
  readonly origin: string | undefined;
}

/** Whether a request may pass. */
export type ProxyFilter = (request: FilteredRequest) => boolean;

/** Throws UsageError for an expression that cannot be read. */
export function proxyFilter(options: ProxyFilterOptions): ProxyFilter {
  const read = (name: keyof ProxyFilterOptions): RegExp[] =>
    patternsOf(name, options[name] ?? PROXY_FILTER_DEFAULTS[name]);
  const [acceptHosts, acceptPaths] = [read("acceptHosts"), read("acceptPaths")];
  const [rejectPaths, rejectMethods] = [read("rejectPaths"), read("rejectMethods")];
  const hostAccepted = (header: string): boolean => hostForms(header).some((host) => matches(acceptHosts, host));
  return ({ method, path: given, host, upgrade, origin }) => {
    // A server may take `..` that was encoded for what it means.
    const paths = [given, path.posix.normalize(given)];
    if (paths.some((one) => matches(rejectPaths, one)) || matches(rejectMethods, method)) return false;
    if (!paths.every((one) => matches(acceptPaths, one)) || !hostAccepted(host)) return false;
    // Browsers let any page write blindly, and open WebSockets and read what comes of them.
    if (origin === undefined || (READS.has(method) && !upgrade)) return true;
    return hostAccepted(URL.canParse(origin) ? new URL(origin).host : "");
  };
}

/** The host of a header without its port; an IPv6 address with and without its brackets. */
function hostForms(header: string): string[] {
  const address = /^\[([^[\]]*)\](?::[^:]*)?$/.exec(header)?.[1];
  if (address !== undefined) return [`[${address}]`, address];
  return [/^([^:]*):[^:]*$/.exec(header)?.[1] ?? header];
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((one) => one.test(text));
}

function patternsOf(name: string, patterns: ProxyPatterns): RegExp[] {
  const list = typeof patterns === "string" ? (patterns === "" ? [] : patterns.split(",")) : [patterns].flat();
  return list.map((one) => {
    // Without the flags by which an expression remembers where it was.
    if (one instanceof RegExp) return new RegExp(one.source, one.flags.replace(/[gy]/g, ""));
    try {
      return goRegExp(one);
    } catch (cause) {
      throw new UsageError("INVALID_INPUT", `Cannot proxy: ${name} holds "${one}", which is no regular expression`, {
        cause,
        hint: "A comma separates expressions: use an array or a RegExp for one that holds a comma.",
      });
    }
  });
}
