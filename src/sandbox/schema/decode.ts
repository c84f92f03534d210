import { loadAll, YAMLException } from "js-yaml";
import { KUBERNETES_YAML } from "../../core/yaml-schema.ts";
import { BUILT_IN_COMPONENTS, BUILT_IN_SCHEMAS, componentNamesByKind, kindKey } from "../definitions/built-in.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import { countMembers, type DecodeProgress, decoderFor, newProgress, OBJECT_META } from "./decoder.ts";
import { duplicateMembers, jsonShape } from "./json-members.ts";
import { goSyntaxError, MAX_JSON_DEPTH } from "./json-syntax.ts";

/** The query parameter `fieldValidation`: what becomes of unknown and repeated fields. The API's default is Warn. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

/** The kind a body is expected to be: a resource's definition, or the kind that a sub-resource takes. */
export type DecodeTarget = Pick<ResourceDefinition, "group" | "version" | "kind" | "schemas" | "custom">;

export interface DecodeOptions {
  /** Default `Warn`. */
  readonly fieldValidation?: FieldValidation;
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

const JSON_TYPES = new Set(["", "application/json", "text/json"]);
const YAML_TYPES = new Set(["application/yaml", "text/yaml", "application/x-yaml", "application/apply-patch+yaml"]);
const SUMMARY_BYTES = 30;
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

interface ParsedBody {
  readonly value: unknown;
  /** Messages for repeated fields, found only when the members seen are fewer than the text has. */
  duplicates(progress: DecodeProgress): string[];
}

function parseBody(bytes: Uint8Array, mediaType: string, target: DecodeTarget): ParsedBody {
  if (YAML_TYPES.has(mediaType)) return parseYamlBody(bytes, target);
  if (!JSON_TYPES.has(mediaType)) throw unsupportedMediaType(target);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const shape = jsonShapeOf(bytes, text);
  if (shape === undefined) {
    const reason = goSyntaxError(bytes) ?? "unexpected end of JSON input";
    throw unrecognized(bytes, target, `couldn't get version/kind; json parse error: ${reason}`);
  }
  const { value, members } = shape;
  return {
    value,
    duplicates: (progress) => (progress.members === members ? [] : describeDuplicates(text, progress)),
  };
}

function jsonShapeOf(bytes: Uint8Array, text: string): { value: unknown; members: number } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { members, tooDeep } = jsonShape(bytes);
  return tooDeep ? undefined : { value, members };
}

/** Fields below an unknown field were never decoded, so their repetition is not told. */
function describeDuplicates(text: string, progress: DecodeProgress): string[] {
  return duplicateMembers(text)
    .filter(
      (path) => !progress.unknown.some((unknown) => path.startsWith(`${unknown}.`) || path.startsWith(`${unknown}[`)),
    )
    .map((path) => `duplicate field "${path}"`);
}

function parseYamlBody(bytes: Uint8Array, target: DecodeTarget): ParsedBody {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    // as sigs.k8s.io/yaml: the first document counts, and the last of repeated keys
    value = loadAll(text, { schema: KUBERNETES_YAML, json: true })[0];
  } catch (error) {
    throw unrecognized(bytes, target, yamlFault(error));
  }
  if (depthOf(value) > MAX_JSON_DEPTH) throw unrecognized(bytes, target, "yaml: exceeded max depth");
  return { value: value ?? null, duplicates: () => yamlDuplicates(text) };
}

/** The strict reader's complaint about a repeated key: it stops at the first. */
function yamlDuplicates(text: string): string[] {
  try {
    loadAll(text, { schema: KUBERNETES_YAML });
    return [];
  } catch (error) {
    if (!(error instanceof YAMLException) || error.mark === undefined) return [];
    const { line, column } = error.mark;
    const key = /^["']?([^"':\s]*)/.exec((text.split(/\r?\n/)[line] ?? "").slice(column))?.[1] ?? "";
    return [`yaml: unmarshal errors: line ${line + 1}: key "${key}" already set in map`];
  }
}

function yamlFault(error: unknown): string {
  if (!(error instanceof YAMLException)) return `yaml: ${error instanceof Error ? error.message : String(error)}`;
  return error.mark === undefined ? `yaml: ${error.reason}` : `yaml: line ${error.mark.line + 1}: ${error.reason}`;
}

function depthOf(value: unknown): number {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0 && depth <= MAX_JSON_DEPTH + 1) {
    depth += 1;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return depth;
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
  if (!value.apiVersion) value.apiVersion = groupVersion(target);
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

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf("/");
  return slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function cannotHandle(object: JsonObject, target: DecodeTarget, reason: string): StatusError {
  const [, version] = splitApiVersion(String(object.apiVersion));
  return badRequest(`${object.kind} in version "${version}" cannot be handled as a ${target.kind}: ${reason}`);
}

function unrecognized(bytes: Uint8Array, target: DecodeTarget, reason: string): StatusError {
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

function unsupportedMediaType(target: DecodeTarget): StatusError {
  const protobuf = target.custom === undefined ? ", application/vnd.kubernetes.protobuf" : "";
  return new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml${protobuf}`,
  );
}
