import { bytesAt, integerAt, textOf, wireFields } from "./wire.ts";

/** Reads a message whose JSON is not an object of its fields; undefined leaves the field out. */
export type SpecialMessage = (message: Uint8Array) => unknown;

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** The kinds of value that have a JSON form of their own, by component. */
export const SPECIAL_MESSAGES: ReadonlyMap<string, SpecialMessage> = new Map<string, SpecialMessage>([
  [`${META}.Time`, (message) => time(message, 0)],
  [`${META}.MicroTime`, (message) => time(message, 6)],
  [`${META}.FieldsV1`, (message) => rawJson(message)],
  ["io.k8s.apimachinery.pkg.runtime.RawExtension", (message) => rawJson(message)],
  ["io.k8s.apimachinery.pkg.api.resource.Quantity", (message) => textOf(bytesAt(wireFields(message), 1))],
  ["io.k8s.apimachinery.pkg.util.intstr.IntOrString", intOrString],
]);

/** Seconds and nanoseconds since the epoch; an empty message is the zero time. */
function time(message: Uint8Array, digits: number): string | null {
  if (message.byteLength === 0) return null;
  const fields = wireFields(message);
  const whole = new Date(integerAt(fields, 1) * 1000).toISOString().slice(0, 19);
  if (digits === 0) return `${whole}Z`;
  return `${whole}.${String(integerAt(fields, 2)).padStart(9, "0").slice(0, digits)}Z`;
}

function rawJson(message: Uint8Array): unknown {
  const raw = bytesAt(wireFields(message), 1);
  return raw === undefined || raw.byteLength === 0 ? undefined : (JSON.parse(textOf(raw)) as unknown);
}

function intOrString(message: Uint8Array): number | string {
  const fields = wireFields(message);
  return integerAt(fields, 1) === 0 ? integerAt(fields, 2) : textOf(bytesAt(fields, 3));
}
