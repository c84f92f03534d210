/** The answers to bodies that cannot be read, in the words of the real server's decoders. */
import type { ResourceDefinition } from "../model/definition.ts";
import { badRequest, StatusError } from "../model/status-error.ts";

const SUMMARY_BYTES = 30;

/** A body whose kind is known and whose content does not fit it. */
export function cannotHandle(
  object: { readonly apiVersion?: unknown; readonly kind?: unknown },
  target: { readonly kind: string },
  reason: string,
): StatusError {
  const [, version] = splitApiVersion(String(object.apiVersion));
  return badRequest(`${object.kind} in version "${version}" cannot be handled as a ${target.kind}: ${reason}`);
}

/** A body of which not even the kind is known. */
export function unrecognized(bytes: Uint8Array, target: { readonly kind: string }, reason: string): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${target.kind}): ${reason} (${summarize(bytes)})`,
  );
}

/** Text for what looks like JSON, hexadecimal for the rest. */
function summarize(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  const head = bytes.subarray(0, SUMMARY_BYTES);
  const text = bytes[0] === 0x7b ? new TextDecoder().decode(head) : Buffer.from(head).toString("hex");
  return bytes.length > SUMMARY_BYTES ? `${text} ...` : text;
}

/** A body of a content type that the resource does not take. */
export function unsupportedMediaType(target: Pick<ResourceDefinition, "custom">): StatusError {
  const protobuf = target.custom === undefined ? ", application/vnd.kubernetes.protobuf" : "";
  return new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml${protobuf}`,
  );
}

export function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}
