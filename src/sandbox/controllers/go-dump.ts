import GO_STRUCTS from "../data/go-structs.json" with { type: "json" };
import { isJsonObject } from "../model/object.ts";
import { dumpQuantity } from "./go-quantity.ts";

/** A struct's fields, each with its Go name, its JSON name (empty for an inlined struct) and its Go type. */
type Fields = readonly (readonly [goName: string, jsonName: string, type: string])[];

const TYPES = GO_STRUCTS as unknown as Readonly<Record<string, Fields | string>>;
const NIL = "<nil>";

/**
 * The text that spew's `%#v` prints for a decoded API value (sorted keys, no methods): the controllers hash it, so
 * names of ReplicaSets and DaemonSet revisions follow from it.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/util/hash/hash.go
 *
 * Values come from storage, where an empty list or map is no different from none.
 *
 * @param type As in go-structs.json, such as `core/v1.PodTemplateSpec`.
 */
export function goDump(value: unknown, type: string): string {
  return `(${printedType(type)})${dump(value, type)}`;
}

/** Go prints a type with its package's name, not its path. */
function printedType(type: string): string {
  return type.replace(/\w+\//g, "");
}

/** A value whose type stands before it already, or goes without saying. */
function dump(value: unknown, type: string): string {
  if (type.startsWith("[]")) return dumpList(value, type.slice(2));
  const [, entryType] = /^map\[[^\]]+\](.+)$/.exec(type) ?? [];
  if (entryType !== undefined) return dumpMap(value, entryType);
  const own = OWN_FORMS[type];
  if (own !== undefined) return own(value);
  const declared = TYPES[type];
  if (typeof declared === "string") return dump(value, declared);
  if (declared !== undefined) return dumpStruct(isJsonObject(value) ? value : {}, declared);
  return value === undefined || value === null ? zeroOf(type) : String(value);
}

function zeroOf(type: string): string {
  if (type === "string") return "";
  return type === "bool" ? "false" : "0";
}

function dumpStruct(value: Readonly<Record<string, unknown>>, fields: Fields): string {
  const printed = fields.map(([goName, jsonName, type]) => {
    const field = jsonName === "" ? value : value[jsonName];
    return `${goName}:${type.startsWith("*") ? dumpPointer(field, type.slice(1)) : goDump(field, type)}`;
  });
  return `{${printed.join(" ")}}`;
}

function dumpPointer(value: unknown, type: string): string {
  return `(*${printedType(type)})${value === undefined || value === null ? NIL : dump(value, type)}`;
}

function dumpList(value: unknown, itemType: string): string {
  if (!Array.isArray(value) || value.length === 0) return NIL;
  return `[${value.map((item) => dump(item, itemType)).join(" ")}]`;
}

function dumpMap(value: unknown, entryType: string): string {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return NIL;
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${dump(value[key], entryType)}`).join(" ")}]`;
}

/** Structs whose JSON form tells nothing of their fields. */
const OWN_FORMS: Readonly<Record<string, (value: unknown) => string>> = {
  "resource.Quantity": dumpQuantity,
  "intstr.IntOrString": (value) => {
    const text = typeof value === "string";
    const [number, string] = text ? [0, value] : [value ?? 0, ""];
    return `{Type:(intstr.Type)${text ? 1 : 0} IntVal:(int32)${number} StrVal:(string)${string}}`;
  },
  // A time that is set prints the time zone of the controller's process too, here UTC's.
  "meta/v1.Time": (value) => {
    const set = typeof value === "string";
    const seconds = set ? Date.parse(value) / 1000 + SECONDS_BEFORE_1970 : 0;
    const location = set ? `(*time.Location)${UTC}` : `(*time.Location)${NIL}`;
    return `{Time:(time.Time){wall:(uint64)0 ext:(int64)${seconds} loc:${location}}}`;
  },
  "meta/v1.FieldsV1": (value) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value ?? {}));
    return `{Raw:([]uint8)[${bytes.join(" ")}]}`;
  },
};

/** Go counts a time's seconds from the year 1. */
const SECONDS_BEFORE_1970 = 62_135_596_800;
const UTC =
  "{name:(string)UTC zone:([]time.zone)<nil> tx:([]time.zoneTrans)<nil> extend:(string) cacheStart:(int64)0 cacheEnd:(int64)0 cacheZone:(*time.zone)<nil>}";
