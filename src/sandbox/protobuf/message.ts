import fieldNumbersData from "../data/field-numbers.json" with { type: "json" };
import { BUILT_IN_COMPONENTS } from "../definitions/built-in.ts";
import { componentName } from "../definitions/schema-source.ts";
import type { JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { SPECIAL_MESSAGES } from "./special-messages.ts";
import { signed, textOf, type WireField, wireFields } from "./wire.ts";

/** Field names by component, in the order of their numbers; `>NAME` is a message that JSON writes inline. */
const FIELD_NUMBERS: Readonly<Record<string, string>> = fieldNumbersData;

/** Whether messages of this component can be read. */
export function isReadable(component: string): boolean {
  return component in FIELD_NUMBERS;
}

/** A message as the JSON object that means the same. Throws a RangeError for bytes that are no such message. */
export function readMessage(component: string, message: Uint8Array): JsonObject {
  const object: JsonObject = {};
  readInto(object, component, BUILT_IN_COMPONENTS[component]?.properties ?? {}, message);
  return object;
}

function readInto(
  object: JsonObject,
  component: string,
  properties: Readonly<Record<string, Schema>>,
  message: Uint8Array,
): void {
  const names = FIELD_NUMBERS[component]?.split(",") ?? [];
  for (const field of wireFields(message)) {
    const name = names[field.number - 1] ?? "";
    if (name.startsWith(">")) {
      if (field.value instanceof Uint8Array) readInto(object, name.slice(1), properties, field.value);
      continue;
    }
    const schema = properties[name];
    if (schema !== undefined) addField(object, name, schema, field);
  }
}

/** Sets a field, or adds to the list or map that it is one entry of. */
function addField(object: JsonObject, name: string, schema: Schema, field: WireField): void {
  const { items, additionalProperties } = schema;
  if (schema.type === "array" && items !== undefined) {
    const list = Array.isArray(object[name]) ? (object[name] as unknown[]) : [];
    list.push(readValue(items, field));
    object[name] = list;
    return;
  }
  if (typeof additionalProperties === "object" && field.value instanceof Uint8Array) {
    const map = (object[name] ?? {}) as JsonObject;
    const [key, value] = readEntry(additionalProperties, field.value);
    map[key] = value;
    object[name] = map;
    return;
  }
  const value = readValue(schema, field);
  if (value !== undefined) object[name] = value;
}

function readEntry(schema: Schema, message: Uint8Array): [key: string, value: unknown] {
  const fields = wireFields(message);
  const key = fields.find(({ number }) => number === 1)?.value;
  const value = fields.find(({ number }) => number === 2) ?? { number: 2, value: new Uint8Array(), fixed: false };
  return [key instanceof Uint8Array ? textOf(key) : "", readValue(schema, value)];
}

function readValue(schema: Schema, field: WireField): unknown {
  const component = referenceOf(schema);
  const { value } = field;
  if (typeof value === "bigint") return readNumber(schema, field, value);
  if (component !== undefined) {
    const special = SPECIAL_MESSAGES.get(component);
    return special === undefined ? readMessage(component, value) : special(value);
  }
  // a list inside of a map is wrapped: its items are field 1 of a message
  if (schema.type === "array") return wireFields(value).map((item) => readValue(schema.items ?? {}, item));
  return schema.format === "byte" ? Buffer.from(value).toString("base64") : textOf(value);
}

function readNumber(schema: Schema, field: WireField, bits: bigint): unknown {
  if (schema.type === "boolean") return bits !== 0n;
  if (!field.fixed) return signed(bits);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits, true);
  return view.getFloat64(0, true);
}

function referenceOf(schema: Schema): string | undefined {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return reference === undefined ? undefined : componentName(reference);
}
