import fieldNumbersData from "../data/field-numbers.json" with { type: "json" };
import { BUILT_IN_COMPONENTS } from "../definitions/built-in.ts";
import { componentName } from "../definitions/schema-source.ts";
import { isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { SPECIAL_MESSAGES } from "./special-messages.ts";
import { bytesOf, FIXED64, ProtobufError, signed, textOf, type WireField, wireFields, wrongWireType } from "./wire.ts";

/** Field names by component, in the order of their numbers; `>NAME` is a message that JSON writes inline. */
const FIELD_NUMBERS: Readonly<Record<string, string>> = fieldNumbersData;

/** How deep messages may lie in each other. Only the schemas of a CustomResourceDefinition have no end by themselves. */
const MAX_DEPTH = 1000;

/** Whether messages of this component can be read. */
export function isReadable(component: string): boolean {
  return component in FIELD_NUMBERS;
}

/** A message as the JSON object that means the same. Throws a ProtobufError for bytes that are no such message. */
export function readMessage(component: string, message: Uint8Array): JsonObject {
  return readObject({}, component, message, 0);
}

function readObject(object: JsonObject, component: string, message: Uint8Array, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new ProtobufError("exceeded max depth");
  readFields(object, component, BUILT_IN_COMPONENTS[component]?.properties ?? {}, message, depth);
  return object;
}

/** `properties` are the object's: a message that is written inline often has no schema of its own. */
function readFields(
  object: JsonObject,
  component: string,
  properties: Readonly<Record<string, Schema>>,
  message: Uint8Array,
  depth: number,
): void {
  const names = FIELD_NUMBERS[component]?.split(",") ?? [];
  for (const field of wireFields(message)) {
    const name = names[field.number - 1] ?? "";
    if (name.startsWith(">")) {
      const inline = name.slice(1);
      readFields(object, inline, properties, bytesOf(field, inline.slice(inline.lastIndexOf(".") + 1)), depth);
      continue;
    }
    const schema = properties[name];
    if (schema !== undefined) addField(object, name, schema, field, depth);
  }
}

/** Sets a field, or adds to the list, map or message that it is a part of. */
function addField(object: JsonObject, name: string, schema: Schema, field: WireField, depth: number): void {
  const { items, additionalProperties } = schema;
  const present = object[name];
  if (schema.type === "array" && items !== undefined) {
    const list: unknown[] = Array.isArray(present) ? present : [];
    list.push(readValue(items, field, name, undefined, depth));
    object[name] = list;
    return;
  }
  if (typeof additionalProperties === "object") {
    const map = isJsonObject(present) ? present : {};
    const [key, value] = readEntry(additionalProperties, bytesOf(field, name), name, depth);
    // defineProperty: a key named __proto__ is data here
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
    object[name] = map;
    return;
  }
  const value = readValue(schema, field, name, present, depth);
  if (value !== undefined) object[name] = value;
}

/** An entry without a value has the type's zero value. */
function readEntry(schema: Schema, message: Uint8Array, name: string, depth: number): [key: string, value: unknown] {
  const fields = wireFields(message);
  const key = fields.findLast(({ number }) => number === 1);
  const value = fields.findLast(({ number }) => number === 2) ?? { number: 2, wireType: 2, value: new Uint8Array() };
  return [key === undefined ? "" : textOf(bytesOf(key, name)), readValue(schema, value, name, undefined, depth)];
}

/** `present` is what the field held before: a message that comes in parts is merged. */
function readValue(schema: Schema, field: WireField, name: string, present: unknown, depth: number): unknown {
  if (schema.type === "boolean" || schema.type === "integer" || schema.type === "number") {
    return readNumber(schema, field, name);
  }
  const value = bytesOf(field, name);
  const component = referenceOf(schema);
  if (component !== undefined) {
    const special = SPECIAL_MESSAGES.get(component);
    if (special === undefined) return readObject(isJsonObject(present) ? present : {}, component, value, depth + 1);
    return special(value, (inner, message) => readObject({}, inner, message, depth + 1));
  }
  if (schema.type === "array") return readWrapped(schema, value, name, depth);
  return schema.format === "byte" ? Buffer.from(value).toString("base64") : textOf(value);
}

/** A list within a map is wrapped: its items are field 1 of a message. */
function readWrapped(schema: Schema, message: Uint8Array, name: string, depth: number): unknown[] {
  return wireFields(message)
    .filter(({ number }) => number === 1)
    .map((item) => readValue(schema.items ?? {}, item, name, undefined, depth));
}

function readNumber(schema: Schema, { value: bits, wireType }: WireField, name: string): number | boolean {
  const fits = (schema.type === "number") === (wireType === FIXED64);
  if (typeof bits !== "bigint" || !fits) throw wrongWireType(wireType, name);
  if (schema.type === "boolean") return bits !== 0n;
  if (schema.type === "integer") return signed(bits, schema.format === "int64" ? 64 : 32);
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits, true);
  return view.getFloat64(0, true);
}

function referenceOf(schema: Schema): string | undefined {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return reference === undefined ? undefined : componentName(reference);
}
