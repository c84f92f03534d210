import { STATUS_CODES } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "../config/connection.ts";
import { proxyFromEnvironment } from "../config/proxy.ts";
import { abortError } from "../core/abort.ts";
import { ConnectionError, type ErrorCode, isKubescriptError, TimeoutError, UsageError } from "../errors.ts";
import type { CallOptions, StreamResponse } from "./transport.ts";
import { undiciTransport } from "./undici-transport.ts";

/** How a document is downloaded; each has a default. */
export interface DownloadOptions extends CallOptions {
  /** How long one try may take, redirects included. Default 60 000. */
  readonly timeoutMs?: number | undefined;
  /** What is larger, its compression undone, is refused. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /** The wait between two tries, of which there are three. Default 1000. */
  readonly retryWaitMs?: number | undefined;
  /** PEM bundle. Default the authorities that the system trusts. */
  readonly ca?: string | undefined;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY stand. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A document as a web server gave it. */
export interface Download {
  readonly body: Uint8Array;
  /** Empty where the server said none. */
  readonly contentType: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 10;
/** In all, the first included, for answers 5xx and 429 and for connections that fail or break. */
const MAX_TRIES = 3;

/**
 * Reads a document from any web server, through the environment's proxy. No cluster has a part in it: neither its
 * authorities nor its credentials. A user name and password in the URL go to its own server only, and no message shows
 * them, nor what the query holds. Throws ConnectionError where the server cannot be reached, UsageError `INVALID_INPUT`
 * for an answer that is no document, TimeoutError, AbortError.
 *
 * Tries as kubectl does: https://github.com/kubernetes/cli-runtime/blob/master/pkg/resource/visitor.go
 */
export async function download(address: string, options: DownloadOptions = {}): Promise<Download> {
  const { signal, retryWaitMs = 1000 } = options;
  const url = parseUrl(address);
  for (let tried = 1; ; tried += 1) {
    try {
      return await downloadOnce(url, options);
    } catch (error) {
      const mayPass = isKubescriptError(error) && error.retryable && !(error instanceof TimeoutError);
      if (!mayPass || tried >= MAX_TRIES) throw error;
    }
    await delay(retryWaitMs, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw abortError(signal);
    });
  }
}

/** An address as messages show it: without user, password and the values of its query, which may be a credential. */
export function shownAddress(address: string): string {
  if (URL.canParse(address) && /^https?:/i.test(address)) return shownUrl(new URL(address));
  // Where the user ends cannot be told for certain: too much is left out rather than too little.
  return address.replace(/\/\/.*@/s, "//").replace(/\?.*$/s, "?…");
}

function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}

function parseUrl(address: string): URL {
  if (URL.canParse(address)) return new URL(address);
  throw new UsageError("INVALID_INPUT", `Cannot read ${shownAddress(address)}: it is no URL`);
}

async function downloadOnce(first: URL, options: DownloadOptions): Promise<Download> {
  const { signal, timeoutMs = 60_000 } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  const until = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  try {
    let url = first;
    for (let redirects = 0; ; redirects += 1) {
      const answer = await getOnce(url, first, { ...options, signal: until });
      if (!(answer instanceof URL)) return answer;
      if (redirects === MAX_REDIRECTS) throw unreadable(first, `it redirects more than ${MAX_REDIRECTS} times`);
      url = answer;
    }
  } catch (error) {
    if (!limit.aborted || signal?.aborted === true) throw error;
    throw new TimeoutError(`Timed out after ${timeoutMs / 1000} s reading ${shownUrl(first)}`, {
      cause: error,
      hint: "Try again, or download it by other means and give the file.",
      retryable: true,
    });
  }
}

/** One request: the document, or where it is said to be. */
async function getOnce(
  url: URL,
  first: URL,
  options: DownloadOptions & { readonly signal: AbortSignal },
): Promise<Download | URL> {
  const { env = process.env, ca, signal, maxBytes = 32 * 1024 * 1024 } = options;
  const proxyUrl = proxyFromEnvironment(url.origin, env);
  const transport = undiciTransport(connectionTo(url, ca, proxyUrl), undefined, { userAgent: "kubescript" });
  // A redirect within the server keeps what its user gave for it; any other server gets nothing.
  const authorization = basicAuthorization(url.origin === first.origin ? first : url);
  try {
    const answer = await transport.stream(
      {
        method: "GET",
        path: url.pathname,
        rawQuery: url.search.slice(1),
        headers: { accept: "*/*", ...(authorization === undefined ? {} : { authorization }) },
      },
      { signal },
    );
    if (REDIRECTS.has(answer.status)) return redirectOf(answer, url, first);
    if (answer.status !== 200) throw badAnswer(answer.status, url, first);
    const body = await readBody(answer.body, maxBytes, first);
    return { body, contentType: headerOf(answer, "content-type") };
  } catch (error) {
    throw error instanceof ConnectionError ? connectionFailure(error, url, first) : error;
  } finally {
    await transport.close();
  }
}

function connectionTo(url: URL, ca: string | undefined, proxyUrl: string | undefined): Connection {
  return {
    ...{ context: "", cluster: "", user: "", namespace: "default", files: [] },
    server: url.origin,
    tls: { ca, insecureSkipVerify: false },
    credential: { type: "none" },
    proxyUrl,
    disableCompression: false,
  };
}

function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString("base64")}`;
}

/** A password with a bare `%` in it stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function redirectOf(answer: StreamResponse, url: URL, first: URL): URL {
  const location = headerOf(answer, "location");
  if (location === "" || !URL.canParse(location, url.href)) {
    throw unreadable(first, `the server answered ${answer.status} and does not say where it is`);
  }
  const next = new URL(location, url);
  if (!/^https?:$/.test(next.protocol))
    throw unreadable(first, `it redirects to ${next.protocol}, which is no web server`);
  if (url.protocol === "https:" && next.protocol === "http:") {
    throw unreadable(
      first,
      `it redirects from https to ${shownUrl(next)}, which anyone on the way can change`,
      "Where you trust the way, give that URL itself.",
    );
  }
  return next;
}

async function readBody(pieces: AsyncIterable<Uint8Array>, maxBytes: number, first: URL): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > maxBytes) {
      throw unreadable(
        first,
        `it is larger than ${maxBytes / 1024 / 1024} MiB`,
        "Download it by other means and give the file, if it is what you mean.",
      );
    }
    read.push(piece);
  }
  return Buffer.concat(read);
}

function unreadable(url: URL, what: string, hint?: string, retryable = false): UsageError {
  return new UsageError("INVALID_INPUT", `Cannot read ${shownUrl(url)}: ${what}`, { hint, retryable });
}

function badAnswer(status: number, url: URL, first: URL): UsageError {
  const what = `the server answered ${status} ${STATUS_CODES[status] ?? ""}`.trimEnd();
  return unreadable(first, `${redirected(url, first)}${what}`, HINTS[status], status === 429 || status >= 500);
}

const LOG_IN = "No credentials are sent but those in the URL: download it by other means and give the file.";
const HINTS: Readonly<Record<number, string>> = {
  401: LOG_IN,
  403: LOG_IN,
  404: "Check the URL; servers say so too of what is private.",
};

/** The same failure without a word of clusters and kubeconfigs. */
function connectionFailure(error: ConnectionError, url: URL, first: URL): ConnectionError {
  const what = error.message.replace(/^Cannot GET \S+: /, "");
  const said = `${redirected(url, first)}${what.charAt(0).toLowerCase()}${what.slice(1)}`;
  return new ConnectionError(error.code, `Cannot read ${shownUrl(first)}: ${said}`, {
    cause: error.cause,
    hint: CONNECTION_HINTS[error.code] ?? "Try again, or download it by other means and give the file.",
    retryable: error.retryable,
  });
}

const AUTHORITY = "The system's authorities are trusted, and those of the file that NODE_EXTRA_CA_CERTS names.";
const CONNECTION_HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  CONNECTION_REFUSED: "Are the address and the port right, and does the server run?",
  HOST_NOT_FOUND: "Check the host's name, the network, and whether a VPN or a proxy (HTTPS_PROXY) is needed.",
  HOST_UNREACHABLE: "Check the network, and whether a VPN or a proxy (HTTPS_PROXY) is needed.",
  WRONG_SCHEME: "Should the URL begin with the other of http:// and https://?",
  UNKNOWN_CA: AUTHORITY,
  CERTIFICATE_HOST_MISMATCH: "Give the URL by a name that the certificate is made for.",
  SERVER_CERTIFICATE_EXPIRED: "Check this machine's clock; else the server's certificate must be renewed.",
  PROXY: "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and whether the proxy runs.",
};

/** The server that answered is another than the one that was asked. */
function redirected(url: URL, first: URL): string {
  return url.href === first.href ? "" : `it redirects to ${shownUrl(url)}, and there `;
}

function headerOf({ headers }: StreamResponse, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? "";
}
