import { componentNamesByKind, kindKey } from "../definitions/built-in.ts";
import type { JsonObject } from "../model/object.ts";
import { isReadable, readMessage } from "./message.ts";
import { bytesAt, ProtobufError, textOf, wireFields } from "./wire.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** What every protobuf body of the API begins with: `k8s` and a zero byte. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** A protobuf body, opened. */
export interface Envelope {
  /** Empty when the body does not say. */
  readonly apiVersion: string;
  /** Empty when the body does not say. */
  readonly kind: string;
  /** The object's message. */
  readonly raw: Uint8Array;
}

/**
 * Opens a protobuf body of the API. Throws a ProtobufError for bytes that are none.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function readEnvelope(body: Uint8Array): Envelope {
  if (body.byteLength === 0) throw new ProtobufError("empty data");
  if (MAGIC.some((byte, index) => body[index] !== byte)) {
    const prefix = MAGIC.join(" ");
    throw new ProtobufError(`provided data does not appear to be a protobuf message, expected prefix [${prefix}]`);
  }
  if (body.byteLength === MAGIC.length) throw new ProtobufError("empty body");
  const fields = wireFields(body.subarray(MAGIC.length));
  const type = wireFields(bytesAt(fields, 1, "typeMeta"));
  return {
    apiVersion: textOf(bytesAt(type, 1, "APIVersion")),
    kind: textOf(bytesAt(type, 2, "kind")),
    raw: bytesAt(fields, 2, "raw"),
  };
}

/**
 * The object in an envelope as JSON; nothing but its `apiVersion` and `kind` where the kind has no protobuf form.
 * Throws a ProtobufError for a message that is not of that kind.
 */
export function readEnveloped({ apiVersion, kind, raw }: Envelope): JsonObject {
  const component = componentOf(apiVersion, kind);
  return { apiVersion, kind, ...(component === undefined ? {} : readMessage(component, raw)) };
}

/** Kinds that every group shares, such as DeleteOptions, are found by their name. */
function componentOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  const component = componentNamesByKind().get(kindKey(group, version, kind)) ?? `${META}.${kind}`;
  return isReadable(component) ? component : undefined;
}
