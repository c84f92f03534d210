import type { ApiRequest } from "../core/request.ts";
import { PATCH_CONTENT_TYPES } from "../core/requests.ts";
import { formatYaml, parseYaml } from "../core/yaml.ts";
import { UsageError } from "../errors.ts";
import { apiErrorFrom, apiErrorFromStream, isSuccess } from "../transport/api-error.ts";
import { decodeText } from "../transport/call-json.ts";
import { jsonLines } from "../transport/json-lines.ts";
import type { ApiResponse, CallOptions, StreamResponse, Transport } from "../transport/transport.ts";

/** Kinds of patch that {@link Http.patch} takes; `apply` is server-side apply. */
export type HttpPatchType = keyof typeof PATCH_CONTENT_TYPES;

/** What every raw request takes. */
export interface HttpOptions extends CallOptions {
  /** Added to what the path holds already. */
  readonly query?: ApiRequest["query"];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body: objects go as JSON; texts that are no JSON as YAML; bytes and streams as `application/octet-stream`. */
export type HttpBody = object | string | Uint8Array | AsyncIterable<Uint8Array>;

/** An answer with what surrounds it. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: ApiResponse["headers"];
  /** Parsed when it is JSON, else text. */
  readonly body: unknown;
}

/**
 * Any request, as it goes over the wire: paths below the server's URL, answers parsed. A failure is an ApiError.
 * On a dry-run handle every write carries `dryRun=All`.
 */
export class Http {
  readonly #transport: Transport;
  readonly #dryRun: boolean;

  constructor(transport: Transport, dryRun = false) {
    this.#transport = transport;
    this.#dryRun = dryRun;
  }

  /** GET; JSON parsed, anything else as text. */
  async get<T = unknown>(path: string, options: HttpOptions = {}): Promise<T> {
    return (await this.request("GET", path, undefined, options)).body as T;
  }

  async post<T = unknown>(path: string, body?: HttpBody, options: HttpOptions = {}): Promise<T> {
    return (await this.request("POST", path, body, options)).body as T;
  }

  async put<T = unknown>(path: string, body: HttpBody, options: HttpOptions = {}): Promise<T> {
    return (await this.request("PUT", path, body, options)).body as T;
  }

  /** PATCH; `type` chooses the content type and defaults to `merge`, or `json` for an array. */
  async patch<T = unknown>(
    path: string,
    body: HttpBody,
    options: HttpOptions & { readonly type?: HttpPatchType | undefined } = {},
  ): Promise<T> {
    const type = PATCH_CONTENT_TYPES[options.type ?? (Array.isArray(body) ? "json" : "merge")];
    const headers = { "content-type": type, ...lowerCase(options.headers) };
    return (await this.request("PATCH", path, body, { ...options, headers })).body as T;
  }

  async delete<T = unknown>(path: string, body?: HttpBody, options: HttpOptions = {}): Promise<T> {
    return (await this.request("DELETE", path, body, options)).body as T;
  }

  /** Any method, with the answer's status and headers. */
  async request(method: string, path: string, body?: HttpBody, options: HttpOptions = {}): Promise<HttpAnswer> {
    const request = this.#build(method.toUpperCase(), path, body, options);
    const response = await this.#transport.send(request, { signal: options.signal });
    if (!isSuccess(response.status)) throw apiErrorFrom(response, request);
    return { status: response.status, headers: response.headers, body: decoded(response) };
  }

  /** GET whose body arrives as it is read: logs that are followed, large answers. */
  async stream(
    path: string,
    options: HttpOptions & { readonly method?: string; readonly body?: HttpBody } = {},
  ): Promise<StreamResponse> {
    const request = this.#build((options.method ?? "GET").toUpperCase(), path, options.body, options);
    const response = await this.#transport.stream(request, { signal: options.signal });
    if (!isSuccess(response.status)) throw await apiErrorFromStream(response, request);
    return response;
  }

  /**
   * The raw events of one watch as the server sends them, bookmarks and errors included; it ends when the server ends
   * it. `k8s.pods.watch()` is the one that resumes.
   */
  async *watch<T = { type: string; object: unknown }>(
    path: string,
    options: HttpOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    const response = await this.stream(path, { ...options, query: { watch: "true", ...options.query } });
    yield* jsonLines<T>(response.body);
  }

  #build(method: string, path: string, body: HttpBody | undefined, options: HttpOptions): ApiRequest {
    const [pathname = "", ...search] = path.split("?");
    if (/^[a-z]+:\/\//i.test(path)) {
      throw new UsageError("USAGE", `Cannot ${method} ${path}: give the path alone, the server is the session's`);
    }
    const inPath: Record<string, string[]> = {};
    for (const [name, value] of new URLSearchParams(search.join("?"))) inPath[name] = [...(inPath[name] ?? []), value];
    const dryRun = this.#dryRun && method !== "GET" && method !== "HEAD" ? { dryRun: "All" } : {};
    const headers = lowerCase(options.headers);
    const encoded = body === undefined ? undefined : encodeBody(body, headers["content-type"]);
    return {
      method,
      path: pathname.startsWith("/") ? pathname : `/${pathname}`,
      query: { ...inPath, ...options.query, ...dryRun },
      headers: {
        accept: "application/json, */*",
        ...(encoded === undefined ? {} : { "content-type": encoded.type }),
        ...headers,
      },
      ...(encoded === undefined ? {} : { body: encoded.body }),
    };
  }
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

interface Encoded {
  readonly type: string;
  readonly body: NonNullable<ApiRequest["body"]>;
}

/** The body as it is sent. Where the type is given, a text in the other of JSON and YAML is turned into it. */
function encodeBody(body: HttpBody, given: string | undefined): Encoded {
  if (body instanceof Uint8Array || isAsyncIterable(body)) return { type: given ?? "application/octet-stream", body };
  if (typeof body !== "string") {
    return {
      type: given ?? "application/json",
      body: given?.endsWith("yaml") ? formatYaml(body) : JSON.stringify(body),
    };
  }
  const json = isJson(body);
  if (given === undefined) return { type: json ? "application/json" : "application/yaml", body };
  if (given.endsWith("json") && !json) return { type: given, body: JSON.stringify(parseYaml(body)) };
  return { type: given, body };
}

function isAsyncIterable(value: object | string): value is AsyncIterable<Uint8Array> {
  return typeof value === "object" && Symbol.asyncIterator in value;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function decoded(response: ApiResponse): unknown {
  const text = decodeText(response.body);
  const type = response.headers["content-type"];
  if (text === "" || !String(type).includes("json")) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
