/** What a request's line asks for, in the members of a URL. */
export type RequestTarget = Pick<URL, "host" | "pathname" | "search" | "searchParams">;

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/i;

/**
 * Takes a request's URL apart and leaves its path as it was sent, as Go's servers do. The URL class would walk up at
 * `..` and even at `%2e%2e`, and answer `/api/%2e%2e/healthz` as `/healthz`.
 */
export function requestTarget(url: string): RequestTarget {
  const [, host = "", pathname = "", search = ""] = ABSOLUTE.exec(url) ?? [];
  return { host, pathname: pathname === "" ? "/" : pathname, search, searchParams: new URLSearchParams(search) };
}
