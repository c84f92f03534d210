import type { JsonObject } from "../model/object.ts";
import { bytesAt, bytesOf, integerAt, ProtobufError, textOf, type WireField, wireFields } from "./wire.ts";

/** Reads a message of a component that is an object in JSON. */
export type ReadMessage = (component: string, message: Uint8Array) => JsonObject;

/** Reads a message whose JSON is not an object of its fields; undefined leaves the field out. */
export type SpecialMessage = (message: Uint8Array, read: ReadMessage) => unknown;

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";
const SCHEMA = `${EXTENSIONS}.JSONSchemaProps`;
/** The years 0 to 9999, in seconds since the epoch. */
const FIRST_SECOND = Date.parse("0000-01-01T00:00:00Z") / 1000;
const LAST_SECOND = Date.parse("9999-12-31T23:59:59Z") / 1000;

/** The kinds of value that have a JSON form of their own, by component. */
export const SPECIAL_MESSAGES: ReadonlyMap<string, SpecialMessage> = new Map<string, SpecialMessage>([
  [`${META}.Time`, (message) => time(message, 0)],
  [`${META}.MicroTime`, (message) => time(message, 6)],
  [`${META}.FieldsV1`, rawJson],
  ["io.k8s.apimachinery.pkg.runtime.RawExtension", rawJson],
  ["io.k8s.apimachinery.pkg.api.resource.Quantity", quantity],
  ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", intOrString],
  [`${EXTENSIONS}.JSON`, (message) => rawJson(message) ?? null],
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`, schemaOrArray],
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`, schemaOrBool],
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`, schemaOrStrings],
]);

/** Seconds and nanoseconds since the epoch; an empty message is the zero time. */
function time(message: Uint8Array, digits: number): string | null {
  if (message.byteLength === 0) return null;
  const fields = wireFields(message);
  const seconds = integerAt(fields, 1, "seconds");
  if (!(seconds >= FIRST_SECOND && seconds <= LAST_SECOND)) {
    throw new ProtobufError("Time.MarshalJSON: year outside of range [0,9999]");
  }
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (digits === 0) return `${whole}Z`;
  return `${whole}.${String(integerAt(fields, 2, "nanos"))
    .padStart(9, "0")
    .slice(0, digits)}Z`;
}

function rawJson(message: Uint8Array): unknown {
  const raw = bytesAt(wireFields(message), 1, "raw");
  if (raw.byteLength === 0) return undefined;
  try {
    return JSON.parse(textOf(raw)) as unknown;
  } catch (cause) {
    throw new ProtobufError("the raw value is not JSON", { cause });
  }
}

function quantity(message: Uint8Array): string {
  const text = textOf(bytesAt(wireFields(message), 1, "string"));
  return text === "" ? "0" : text;
}

function intOrString(message: Uint8Array): number | string {
  const fields = wireFields(message);
  const isText = integerAt(fields, 1, "type") === 1;
  return isText ? textOf(bytesAt(fields, 3, "strVal")) : integerAt(fields, 2, "intVal");
}

function schemaOrArray(message: Uint8Array, read: ReadMessage): unknown {
  const fields = wireFields(message);
  const schemas = all(fields, 2, "jSONSchemas");
  return schemas.length > 0 ? schemas.map((one) => read(SCHEMA, one)) : schemaIn(fields, read);
}

function schemaOrBool(message: Uint8Array, read: ReadMessage): unknown {
  const fields = wireFields(message);
  return schemaIn(fields, read, 2) ?? integerAt(fields, 1, "allows") !== 0;
}

function schemaOrStrings(message: Uint8Array, read: ReadMessage): unknown {
  const fields = wireFields(message);
  const names = all(fields, 2, "property");
  return names.length > 0 ? names.map(textOf) : schemaIn(fields, read);
}

/** The schema in a field; null when there is none. */
function schemaIn(fields: readonly WireField[], read: ReadMessage, number = 1): JsonObject | null {
  return fields.some((field) => field.number === number) ? read(SCHEMA, bytesAt(fields, number, "schema")) : null;
}

function all(fields: readonly WireField[], number: number, name: string): Uint8Array[] {
  return fields.filter((field) => field.number === number).map((field) => bytesOf(field, name));
}
