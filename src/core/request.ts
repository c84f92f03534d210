/** A request as a value: what the builders return, the transport sends, and tests assert without a server. */
export interface ApiRequest {
  readonly method: string;
  /** Absolute path below the server's URL, without query, each segment already percent-encoded: `/api/v1/pods`. */
  readonly path: string;
  /** Query parameters in order. Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** The query as it is sent, where `query` would be written otherwise: `wsdl` instead of `wsdl=`. Without `?`. */
  readonly rawQuery?: string;
  /** Header names in lower case; an array is sent as repeated headers. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The body as it goes over the wire. An iterable cannot be replayed, so such a request is never retried. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** Whether a request can be sent again: an iterable body is used up by the first time. */
export function isReplayable({ body }: Pick<ApiRequest, "body">): boolean {
  return body === undefined || typeof body === "string" || body instanceof Uint8Array;
}

/** The request's path and query as one string, as it stands on the request line. */
export function requestTarget(request: Pick<ApiRequest, "path" | "query" | "rawQuery">): string {
  const text = request.rawQuery ?? queryParameters(request.query).toString();
  return text === "" ? request.path : `${request.path}?${text}`;
}

/** The parameters as they go over the wire: undefined ones left out, lists repeated. */
export function queryParameters(query: ApiRequest["query"] = {}): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  return parameters;
}
