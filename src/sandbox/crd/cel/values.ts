import { isJsonObject, type JsonObject } from "../../model/object.ts";
import type { Schema } from "../../model/schema.ts";

/** CEL's keywords: a field of such a name is written `__name__`. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    "true false null in as break const continue else for function if import let loop package namespace return var void " +
    "while"
  ).split(" "),
);

const ESCAPES: Readonly<Record<string, string>> = { __: "underscores", ".": "dot", "-": "dash", "/": "slash" };

/** What a rule needs to make values of its own. */
export interface ValueMaker {
  readonly duration: (text: string) => unknown;
}

/**
 * A JSON value as rules see it: by its schema integers and doubles are told apart, dates become timestamps, and only
 * what is declared is there; of metadata the name and generateName.
 *
 * @param root Whether the value is a whole object, which has apiVersion, kind and metadata.
 */
export function celValue(value: unknown, schema: Schema, make: ValueMaker, root = false): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    return items === undefined ? [] : value.map((item) => celValue(item, items, make, isEmbedded(items)));
  }
  if (isJsonObject(value)) return celObject(value, schema, make, root);
  if (typeof value === "number") return schema.type === "number" || !Number.isInteger(value) ? value : BigInt(value);
  return typeof value === "string" ? celText(value, schema.format, make) : value;
}

/** Whether the schema is one of a whole object inside another. */
export function isEmbedded(schema: Schema): boolean {
  return schema["x-kubernetes-embedded-resource"] === true;
}

function celObject(value: JsonObject, schema: Schema, make: ValueMaker, root: boolean): JsonObject {
  const { properties = {}, additionalProperties } = schema;
  const result: JsonObject = {};
  for (const [key, one] of Object.entries(value)) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (root && key === "metadata") result.metadata = metadataOf(one);
    else if (root && (key === "apiVersion" || key === "kind")) result[key] = one;
    else if (property !== undefined && isTyped(property)) {
      result[escapeName(key)] = celValue(one, property, make, isEmbedded(property));
    } else if (property === undefined && typeof additionalProperties === "object") {
      result[key] = celValue(one, additionalProperties, make, isEmbedded(additionalProperties));
    }
  }
  return result;
}

/** Fields of unknown type are not there for rules. */
function isTyped(schema: Schema): boolean {
  return schema.type !== undefined || schema["x-kubernetes-int-or-string"] === true;
}

function metadataOf(metadata: unknown): JsonObject {
  const { name, generateName } = isJsonObject(metadata) ? metadata : {};
  return { ...(name === undefined ? {} : { name }), ...(generateName === undefined ? {} : { generateName }) };
}

function celText(text: string, format: string | undefined, make: ValueMaker): unknown {
  switch (format) {
    case "date":
    case "date-time":
      return new Date(text);
    case "duration":
      return make.duration(text);
    case "byte":
      return Uint8Array.from(Buffer.from(text, "base64"));
    default:
      return text;
  }
}

function escapeName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name.replace(/__|[./-]/g, (text) => `__${ESCAPES[text]}__`);
}
