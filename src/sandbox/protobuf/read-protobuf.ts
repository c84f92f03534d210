import { componentNamesByKind, kindKey } from "../definitions/built-in.ts";
import type { JsonObject } from "../model/object.ts";
import { isReadable, readMessage } from "./message.ts";
import { bytesAt, textOf, wireFields } from "./wire.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** What every protobuf body of the API begins with: `k8s` and a zero byte. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];
const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/**
 * Reads a protobuf body of the API as the JSON object that means the same; undefined for a kind without a protobuf
 * form. Throws a RangeError for bytes that are no such body.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function readProtobuf(body: Uint8Array): JsonObject | undefined {
  if (MAGIC.some((byte, index) => body[index] !== byte)) {
    throw new RangeError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  const envelope = wireFields(body.subarray(MAGIC.length));
  const type = wireFields(bytesAt(envelope, 1) ?? new Uint8Array());
  const apiVersion = textOf(bytesAt(type, 1));
  const kind = textOf(bytesAt(type, 2));
  const component = componentOf(apiVersion, kind);
  if (component === undefined) return undefined;
  return { apiVersion, kind, ...readMessage(component, bytesAt(envelope, 2) ?? new Uint8Array()) };
}

/** Kinds that every group shares, such as DeleteOptions, are found by their name. */
function componentOf(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  const component = componentNamesByKind().get(kindKey(group, version, kind)) ?? `${META}.${kind}`;
  return isReadable(component) ? component : undefined;
}
