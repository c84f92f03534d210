import type { ApiRequest } from "../core/request.ts";
import { KubescriptError } from "../errors.ts";
import { apiErrorFrom, isSuccess } from "./api-error.ts";
import type { CallOptions, Transport } from "./transport.ts";

/**
 * Sends, throws what the server refuses as an ApiError, and reads the answer as JSON. Throws KubescriptError
 * `MALFORMED_RESPONSE` where it is none.
 */
export async function callJson<T>(transport: Transport, request: ApiRequest, options: CallOptions = {}): Promise<T> {
  const response = await transport.send(request, { signal: options.signal });
  if (!isSuccess(response.status)) throw apiErrorFrom(response, request);
  try {
    return JSON.parse(decodeText(response.body)) as T;
  } catch (cause) {
    throw new KubescriptError(
      "MALFORMED_RESPONSE",
      `Cannot ${request.method} ${request.path}: the server answered ${response.status} with something that is not JSON`,
      { cause, hint: "Is this address a Kubernetes API server, or a proxy's page before it?" },
    );
  }
}

/** UTF-8 as text; a Buffer over the same memory decodes faster than a TextDecoder. */
export function decodeText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
}
