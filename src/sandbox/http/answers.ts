import { formatYaml } from "../../core/yaml.ts";
import type { StatusError } from "../model/status-error.ts";
import type { Representation } from "./media-types.ts";

/** An answer whose whole body is at hand: who sends it need not read it as a stream. */
export class WholeAnswer extends Response {
  readonly whole: string;

  constructor(whole: string, init: ResponseInit) {
    super(whole, init);
    this.whole = whole;
  }
}

/** The headers of every answer that must not be kept by a cache. */
const UNCACHED = { "cache-control": "no-cache, private" } as const;

/** An answer with a JSON text, as it is or as the YAML that was asked for. */
export function textAnswer(
  status: number,
  json: string,
  format: Representation["format"],
  headers: Headers | Readonly<Record<string, string>> = {},
): Response {
  const all = new Headers(headers);
  if (!all.has("cache-control")) all.set("cache-control", UNCACHED["cache-control"]);
  if (!all.has("content-type")) all.set("content-type", `application/${format}`);
  const body = format === "json" ? `${json}\n` : formatYaml(JSON.parse(json), { sortKeys: true });
  return new WholeAnswer(body, { status, headers: all });
}

/** An answer with a JSON value. */
export function jsonAnswer(status: number, value: unknown, format: Representation["format"] = "json"): Response {
  return textAnswer(status, JSON.stringify(value), format);
}

/** A plain text, such as `ok`. */
export function plainAnswer(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...UNCACHED, "content-type": "text/plain; charset=utf-8" } });
}

/** The answer of a failure; `Retry-After` where the Status says when to try again. */
export function failureAnswer(error: StatusError, format: Representation["format"] = "json"): Response {
  const headers = new Headers(error.headers);
  const seconds = error.status.details?.retryAfterSeconds;
  if (seconds !== undefined && seconds > 0) headers.set("retry-after", String(seconds));
  return textAnswer(error.status.code, JSON.stringify(error.status), format, headers);
}

/** The router's own 404, for paths that no part of the server knows. */
export function pageNotFound(): Response {
  return new Response("404 page not found\n", {
    status: 404,
    headers: { ...UNCACHED, "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  });
}
