/** Parsing of a request's body, whatever its content type, to JSON that is not typed yet. */
import { loadAll, YAMLException } from "js-yaml";
import { KUBERNETES_YAML } from "../../core/yaml-schema.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import type { StatusError } from "../model/status-error.ts";
import { PROTOBUF, readEnvelope, readEnveloped } from "../protobuf/read-protobuf.ts";
import { ProtobufError } from "../protobuf/wire.ts";
import { cannotHandle, unrecognized, unsupportedMediaType } from "./decode-errors.ts";
import type { DecodeProgress } from "./decoder.ts";
import { duplicateMembers, jsonShape } from "./json-members.ts";
import { goSyntaxError } from "./json-syntax.ts";
import { yamlExcess } from "./yaml-bounds.ts";

/** The kind that the body is expected to be of. */
export type ParseTarget = Pick<ResourceDefinition, "group" | "version" | "kind" | "custom"> & {
  /** Older versions of the kind's group in which it may be sent too, with the same fields. */
  readonly olderVersions?: readonly string[];
};

/** The version to read a body in: the target's own for one that says an older, accepted version. */
export function versionToRead(apiVersion: string, target: ParseTarget): string {
  const accepted = target.olderVersions?.some((version) => groupVersion({ ...target, version }) === apiVersion);
  return accepted === true ? groupVersion(target) : apiVersion;
}

const JSON_TYPES = new Set(["", "application/json", "text/json"]);
const YAML_TYPES = new Set(["application/yaml", "text/yaml", "application/x-yaml", "application/apply-patch+yaml"]);

export interface ParsedBody {
  readonly value: unknown;
  /** Messages for repeated fields, found only when the members seen are fewer than the text has. */
  duplicates(progress: DecodeProgress): string[];
}

/** Throws the server's 400 or 415. */
export function parseBody(bytes: Uint8Array, mediaType: string, target: ParseTarget): ParsedBody {
  if (YAML_TYPES.has(mediaType)) return parseYamlBody(bytes, target);
  if (mediaType === PROTOBUF && target.custom === undefined) return parseProtobufBody(bytes, target);
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

/** What the body does not say of its kind is as expected. */
function parseProtobufBody(bytes: Uint8Array, target: ParseTarget): ParsedBody {
  const envelope = orThrow(
    () => readEnvelope(bytes),
    (reason) => unrecognized(bytes, target, reason),
  );
  const kind = envelope.kind || target.kind;
  const apiVersion = versionToRead(envelope.apiVersion || groupVersion(target), target);
  const value = orThrow(
    () => readEnveloped({ apiVersion, kind, raw: envelope.raw }),
    (reason) => cannotHandle({ apiVersion, kind }, target, reason),
  );
  return { value, duplicates: () => [] };
}

function orThrow<T>(read: () => T, answer: (reason: string) => StatusError): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ProtobufError ? answer(error.message) : error;
  }
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

function parseYamlBody(bytes: Uint8Array, target: ParseTarget): ParsedBody {
  const text = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    // as sigs.k8s.io/yaml: the first document counts, and the last of repeated keys
    value = loadAll(text, { schema: KUBERNETES_YAML, json: true })[0];
  } catch (error) {
    throw unrecognized(bytes, target, yamlFault(error));
  }
  const excess = value === undefined ? undefined : yamlExcess(value, text.length);
  if (excess !== undefined) throw unrecognized(bytes, target, excess);
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
