import type { ServerRequest } from "../model/server-request.ts";
import { StatusError } from "../model/status-error.ts";

/** The largest body that the server reads, in bytes. */
export const MAX_BODY_BYTES: number = 3 * 1024 * 1024;

/** Reads a request's body; empty when there is none. Throws the 413. */
export async function readBody(request: ServerRequest): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_BODY_BYTES) throw tooLarge();
  return bytes;
}

function tooLarge(): StatusError {
  return new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
