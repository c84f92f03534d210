import { BUILT_IN_COMPONENTS, BUILT_IN_SCHEMAS, componentNamesByKind, kindKey } from "../definitions/built-in.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import { badRequest } from "../model/status-error.ts";
import { cannotHandle, splitApiVersion, unrecognized } from "./decode-errors.ts";
import { countMembers, type DecodeProgress, decoderFor, newProgress, OBJECT_META } from "./decoder.ts";
import { type ParseTarget, parseBody, versionToRead } from "./parse-body.ts";

/** The query parameter `fieldValidation`: what becomes of unknown and repeated fields. The API's default is Warn. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

/** The kind a body is expected to be: a resource's definition, or the kind that a sub-resource takes. */
export type DecodeTarget = ParseTarget & Pick<ResourceDefinition, "schemas">;

export interface DecodeOptions {
  /** Default `Warn`. */
  readonly fieldValidation?: FieldValidation;
  /** Whether the body's `apiVersion` is passed over: every group has kinds such as DeleteOptions. Default false. */
  readonly anyVersion?: boolean;
}

/** What a body holds, and what the client is warned of (each text is one `Warning:` header). */
export interface DecodedBody {
  readonly object: ApiObject;
  readonly warnings: string[];
}

/** What typed decoding makes of a value that is JSON already, such as a patched object. */
export interface DecodedValue {
  readonly object: JsonObject;
  /** Why it does not fit the kind, in Go's words: `json: cannot unmarshal …`. */
  readonly error: string | undefined;
  /** `unknown field "spec.nope"`, in the order met; empty for custom resources, whose schema prunes them. */
  readonly strictErrors: string[];
}

let kinds: ReadonlyMap<string, string> | undefined;

/**
 * Reads a request's body as one object of `target`'s kind, as the real server's typed decoding would hold it:
 * without unknown fields and empty values, scalars in canonical form. `apiVersion` and `kind` may be left out.
 * Throws the server's own 400, 415 or, with `Strict`, its strict decoding error.
 *
 * For a custom resource only `metadata` is typed; its schema's own rules and pruning follow elsewhere.
 */
export function decodeBody(
  bytes: Uint8Array,
  contentType: string | undefined,
  target: DecodeTarget,
  options: DecodeOptions = {},
): DecodedBody {
  const fieldValidation = options.fieldValidation ?? "Warn";
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const parsed = parseBody(bytes, mediaType, target);
  if (options.anyVersion === true && isJsonObject(parsed.value)) delete parsed.value.apiVersion;
  const given = isJsonObject(parsed.value) ? Object.keys(parsed.value).length : 0;
  const object = identify(parsed.value, bytes, target);
  const filledIn = Object.keys(object).length - given;
  const decoded = decodeInto(object, target);
  const { progress } = decoded;
  progress.members -= filledIn;
  if (decoded.error !== undefined) throw cannotHandle(object, target, decoded.error);
  const strictErrors = progress.unknown.map((path) => `unknown field "${path}"`);
  if (fieldValidation !== "Ignore") strictErrors.push(...parsed.duplicates(progress));
  checkKind(object, target);
  if (fieldValidation === "Strict" && strictErrors.length > 0) {
    throw cannotHandle(object, target, strictDecodingError(strictErrors));
  }
  return { object: object as ApiObject, warnings: fieldValidation === "Warn" ? strictErrors : [] };
}

/** Typed decoding of a value that is JSON already; changes `value` in place. */
export function decodeValue(value: JsonObject, target: DecodeTarget): DecodedValue {
  const { error, progress } = decodeInto(value, target);
  return { object: value, error, strictErrors: progress.unknown.map((path) => `unknown field "${path}"`) };
}

/** What an object of this kind holds before anyone wrote to it; undefined where no schema says. */
export function zeroValue(target: DecodeTarget): JsonObject | undefined {
  const component = target.custom === undefined ? componentOf(target, target) : undefined;
  const zero = component === undefined ? undefined : decoderFor(component, target.schemas).zero();
  return isJsonObject(zero) ? zero : undefined;
}

/** `strict decoding error: unknown field "a", duplicate field "b"`. */
export function strictDecodingError(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(", ")}`;
}

/** Fills in `apiVersion` and `kind` where the body leaves them out, as the server's decoder does. */
function identify(value: unknown, bytes: Uint8Array, target: DecodeTarget): JsonObject {
  const meta = "couldn't get version/kind; json parse error: json: cannot unmarshal";
  if (!isJsonObject(value)) {
    const found = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    if (value !== null) {
      const shape =
        'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
      throw unrecognized(bytes, target, `${meta} ${found} into Go value of type ${shape}`);
    }
    return { apiVersion: groupVersion(target), kind: target.kind };
  }
  for (const field of ["apiVersion", "kind"]) {
    const one = value[field];
    if (one === undefined || one === null || typeof one === "string") continue;
    const found = Array.isArray(one) ? "array" : typeof one === "boolean" ? "bool" : typeof one;
    throw unrecognized(bytes, target, `${meta} ${found} into Go struct field .${field} of type string`);
  }
  if (target.custom !== undefined && !value.kind) {
    throw unrecognized(bytes, target, `Object 'Kind' is missing in '${new TextDecoder().decode(bytes)}'`);
  }
  if (typeof value.apiVersion === "string" && value.apiVersion.split("/").length > 2) {
    throw unrecognized(bytes, target, `unexpected GroupVersion string: ${value.apiVersion}`);
  }
  if (!value.kind) value.kind = target.kind;
  value.apiVersion = versionToRead(String(value.apiVersion || groupVersion(target)), target);
  return value;
}

function decodeInto(object: JsonObject, target: DecodeTarget): { error: string | undefined; progress: DecodeProgress } {
  const progress = newProgress();
  const component = target.custom === undefined ? componentOf(object, target) : undefined;
  if (component !== undefined) {
    decoderFor(component, target.schemas).decode(object, progress, "", "");
    return { error: progress.error, progress };
  }
  decodeCustom(object, target, progress);
  return { error: progress.error, progress };
}

/** Only the metadata of a custom resource has a Go type; the rest is counted for repeated fields. */
function decodeCustom(object: JsonObject, target: DecodeTarget, progress: DecodeProgress): void {
  for (const [field, value] of Object.entries(object)) {
    progress.members++;
    if (field !== "metadata") {
      countMembers(value, progress);
      continue;
    }
    progress.path.push(field);
    object.metadata = decoderFor(OBJECT_META, BUILT_IN_SCHEMAS).decode(value, progress, target.kind, "v1.ObjectMeta");
    progress.path.pop();
  }
}

/** The schema component of the body's own kind, or of the expected one where the body's is unknown. */
function componentOf(object: { apiVersion?: unknown; kind?: unknown }, target: DecodeTarget): string | undefined {
  kinds ??= componentNamesByKind();
  const [group, version] = splitApiVersion(String(object.apiVersion ?? ""));
  const own = kinds.get(kindKey(group, version, String(object.kind)));
  const expected = kinds.get(kindKey(target.group, target.version, target.kind));
  if (own !== undefined) return own;
  if (expected !== undefined) return expected;
  const shared = `io.k8s.apimachinery.pkg.apis.meta.v1.${target.kind}`;
  return BUILT_IN_COMPONENTS[shared] === undefined ? undefined : shared;
}

function checkKind(object: JsonObject, target: DecodeTarget): void {
  const expected = groupVersion(target);
  const apiVersion = String(object.apiVersion);
  if (object.kind === target.kind && apiVersion === expected) return;
  const [group, version] = splitApiVersion(apiVersion);
  const known = kinds?.has(kindKey(group, version, String(object.kind))) ?? false;
  const sameKind = object.kind === target.kind && goPackage(group) === goPackage(target.group);
  if (target.custom !== undefined || (known && sameKind)) {
    if (apiVersion === expected) return;
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (!known) {
    const scheme = 'scheme "pkg/api/legacyscheme/scheme.go:30"';
    const reason = `no kind "${object.kind}" is registered for version "${apiVersion}" in ${scheme}`;
    throw cannotHandle(object, target, reason);
  }
  const from = `${version}.${object.kind}`;
  const into = `${goPackage(target.group)}.${target.kind}`;
  throw cannotHandle(object, target, `converting (${from}) to (${into}): unknown conversion`);
}

/** The Go package of a group's internal types: its first label, `core` for the legacy group and its events. */
function goPackage(group: string): string {
  if (group === "" || group === "events.k8s.io") return "core";
  if (group === "internal.apiserver.k8s.io") return "apiserverinternal";
  return group.split(".", 1)[0] ?? group;
}
