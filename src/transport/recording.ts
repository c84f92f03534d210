import { type ApiRequest, requestTarget } from "../core/request.ts";
import { maskHeaders } from "./mask.ts";
import { isSecretPath, maskedBody } from "./readable-body.ts";

/** Exchanges as one JSON value: what `record` makes and `replay` takes. */
export interface Recording {
  readonly version: 1;
  readonly exchanges: readonly RecordedExchange[];
}

/** One request with its answer; secrets are masked in both. */
export interface RecordedExchange {
  readonly method: string;
  /** Path and query as on the request line. */
  readonly target: string;
  readonly request?: RecordedBody | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly response: RecordedBody;
  /** True when the caller read the answer piece by piece. */
  readonly streamed?: boolean | undefined;
}

/** A body: text where it is text, else base64. */
export type RecordedBody = { readonly text: string } | { readonly base64: string };

/** Headers of an answer that mean something to a caller; the rest is about one connection or one moment. */
const KEPT_HEADERS = new Set(["content-type", "retry-after", "warning", "location"]);

/** A body with its secrets masked; each line of a streamed one is masked on its own. */
export function recordBody(body: Uint8Array, contentType: string | undefined, path: string): RecordedBody {
  const mask = (line: string): string => maskedBody({ body: line, contentType, path }, false) ?? line;
  const whole = maskedBody({ body, contentType, path }, false);
  if (whole === undefined) return isSecretPath(path) ? { text: "" } : { base64: Buffer.from(body).toString("base64") };
  const text = new TextDecoder().decode(body);
  const lines = text.split("\n");
  const isJsonLines = lines.length > 1 && lines.every((line) => line === "" || /^[{[]/.test(line));
  return { text: isJsonLines ? lines.map((line) => (line === "" ? "" : mask(line))).join("\n") : whole };
}

/** The bytes of a recorded body. */
export function bodyBytes(body: RecordedBody): Uint8Array {
  return "text" in body ? Buffer.from(body.text) : Buffer.from(body.base64, "base64");
}

/** The headers of an answer that are kept. */
export function recordHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(maskHeaders(headers)).filter(([name]) => KEPT_HEADERS.has(name)));
}

/** The recorded form of a request: what a replay compares. A body that is streamed is not kept. */
export function recordRequest(request: ApiRequest): Pick<RecordedExchange, "method" | "target" | "request"> {
  const { body, method, path } = request;
  const target = requestTarget(request);
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return { method, target };
  const contentType = request.headers?.["content-type"];
  const type = typeof contentType === "string" ? contentType : undefined;
  return { method, target, request: recordBody(typeof body === "string" ? Buffer.from(body) : body, type, path) };
}
