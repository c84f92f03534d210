import type { ResourceDefinition } from "../model/definition.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import { PROTOBUF, readProtobuf } from "../protobuf/read-protobuf.ts";

/** The largest body that the server reads, in bytes. */
export const MAX_BODY_BYTES: number = 3 * 1024 * 1024;

/** Reads a request's body; empty when there is none. Throws the 413. */
export async function readBody(request: Request): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MAX_BODY_BYTES) throw tooLarge();
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MAX_BODY_BYTES) throw tooLarge();
  return bytes;
}

/** A body in a form that the decoder reads. */
export interface Content {
  readonly body: Uint8Array;
  /** Undefined when the request names none. */
  readonly contentType: string | undefined;
}

/** The body with its content type; a protobuf body as the JSON that means the same. Throws the 400 of a broken one. */
export function readContent(request: Request, body: Uint8Array, definition: ResourceDefinition): Content {
  const contentType = request.headers.get("content-type") ?? undefined;
  if (contentType?.split(";", 1)[0]?.trim() !== PROTOBUF || definition.custom !== undefined)
    return { body, contentType };
  try {
    const object = readProtobuf(body);
    if (object === undefined) return { body, contentType };
    return { body: new TextEncoder().encode(JSON.stringify(object)), contentType: "application/json" };
  } catch (error) {
    if (!(error instanceof RangeError) && !(error instanceof SyntaxError)) throw error;
    throw badRequest(`the object provided is unrecognized (must be of type ${definition.kind}): ${error.message}`);
  }
}

function tooLarge(): StatusError {
  return new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
