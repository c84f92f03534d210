import path from "node:path";

/** Where requests go. Both prefixes begin and end with a slash. */
export interface Prefixes {
  readonly api: string;
  /** Undefined without static files. */
  readonly static: string | undefined;
  /** A path that clients write before the API's, and that the connection adds by itself. */
  readonly server: string | undefined;
}

/** What a request line asks for. */
export type Route =
  | {
      readonly type: "api";
      /** As it is sent, still encoded. */
      readonly path: string;
      readonly decoded: string;
      readonly query: string;
      readonly host: string;
    }
  /** `file` is decoded and below the static folder. */
  | { readonly type: "static"; readonly file: string }
  | { readonly type: "redirect"; readonly location: string }
  | { readonly type: "notFound" }
  | { readonly type: "badRequest" };

/**
 * Reads a request's target as Go's ServeMux does: paths with `//`, `.` or `..` are redirected to what they mean, the
 * longest prefix wins, and a prefix without its last slash is redirected to it.
 * https://pkg.go.dev/net/http#ServeMux
 */
export function route(target: string, hostHeader: string, prefixes: Prefixes): Route {
  const absolute = /^https?:\/\/([^/?]*)(.*)$/i.exec(target);
  const host = absolute?.[1] ?? hostHeader;
  const { pathname, query } = split(absolute?.[2] ?? target);
  if (!pathname.startsWith("/")) return { type: "badRequest" };
  const decoded = decodedPath(pathname);
  if (decoded === undefined) return { type: "badRequest" };
  const search = query === "" ? "" : `?${query}`;
  const clean = path.posix.normalize(pathname);
  if (clean !== pathname) return { type: "redirect", location: `${clean}${search}` };

  const known = [prefixes.api, ...(prefixes.static === undefined ? [] : [prefixes.static])];
  const slashed = `${pathname}/`;
  if (known.includes(slashed)) return { type: "redirect", location: `${slashed}${search}` };
  const prefix = known.filter((one) => pathname.startsWith(one)).sort((a, b) => b.length - a.length)[0];
  if (prefix === undefined) return { type: "notFound" };
  if (prefix === prefixes.static) return { type: "static", file: `/${decoded.slice(prefix.length)}` };

  // kubectl leaves prefixes that begin as the API's own paths do.
  const below = prefix.startsWith("/api") ? pathname : `/${pathname.slice(prefix.length)}`;
  const sent = withoutServerPath(below, prefixes.server);
  if (sent === undefined) return { type: "notFound" };
  return { type: "api", path: sent, decoded: decodedPath(sent) ?? sent, query, host };
}

function split(target: string): { pathname: string; query: string } {
  const mark = target.indexOf("?");
  return mark < 0
    ? { pathname: target, query: "" }
    : { pathname: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Undefined for a percent sign that begins nothing. */
function decodedPath(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(text)) return undefined;
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function withoutServerPath(pathname: string, server: string | undefined): string | undefined {
  if (server === undefined) return pathname;
  if (pathname === server) return "/";
  return pathname.startsWith(`${server}/`) ? pathname.slice(server.length) : undefined;
}
