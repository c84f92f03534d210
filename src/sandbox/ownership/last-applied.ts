import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import { compare } from "./compare.ts";
import { difference, type FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-types.ts";
import { toFieldSet } from "./to-field-set.ts";

const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

/** The only manager whose client-side applies are taken over. */
export const KUBECTL = "kubectl";

/**
 * What `kubectl apply` without `--server-side` set and nobody has changed since: kubectl's server-side apply may take
 * it without force. Undefined when the annotation is not there or not usable.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/lastappliedmanager.go
 */
export function fieldsOfLastApplied(live: ApiObject, apiVersion: string, type: FieldType): FieldSet | undefined {
  const config = parse(live.metadata.annotations?.[ANNOTATION]);
  if (config === undefined || config.apiVersion !== apiVersion) return undefined;
  const { added, modified, removed } = compare(config, live, type);
  return [added, modified, removed].reduce(difference, toFieldSet(config, type));
}

/** Keeps the annotation of a client-side apply in step with what kubectl now applies on the server's side. */
export function syncLastApplied(object: ApiObject, applied: ApiObject): ApiObject {
  if (!object.metadata.annotations?.[ANNOTATION]) return object;
  const { [ANNOTATION]: _own, ...annotations } = applied.metadata.annotations ?? {};
  const { annotations: given, ...metadata } = applied.metadata;
  const config = { ...applied, metadata: given === undefined ? metadata : { ...metadata, annotations } };
  const text = `${JSON.stringify(inOrder(config))}\n`;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [ANNOTATION]: text } },
  };
}

function parse(text: string | undefined): JsonObject | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, inOrder(one)]),
  );
}
