import { isJsonObject } from "../model/object.ts";
import type { Schema, SchemaSource } from "../model/schema.ts";

/**
 * What field ownership knows of a type: how it is walked as a scalar, a list, a map. A type may allow several forms;
 * the value then decides.
 * https://github.com/kubernetes/kube-openapi/blob/master/pkg/schemaconv/openapi.go
 */
export interface FieldType {
  readonly scalar?: "string" | "numeric" | "boolean" | "untyped";
  readonly list?: ListType;
  readonly map?: MapType;
}

export interface ListType {
  /** Owned as a whole. */
  readonly atomic: boolean;
  /** The fields that identify an item, in alphabetical order; empty for a set of scalars. */
  readonly keys: readonly string[];
  readonly item: () => FieldType;
  /** The default of a key field; undefined when it has none. */
  readonly keyDefault: (key: string) => unknown;
}

export interface MapType {
  /** Owned as a whole. */
  readonly atomic: boolean;
  /** The type of a declared field or of a free key; undefined when there can be no such key. */
  readonly field: (name: string) => MapField | undefined;
}

export interface MapField {
  readonly type: FieldType;
  /** Whether the schema names it, as against a key of a free map. */
  readonly declared: boolean;
  /**
   * What the server's Go type holds where the JSON has nothing: `{}` for a struct that is not a pointer, null for a
   * required list. Such a field is always there, so nobody comes to own it as a whole. Undefined for all others.
   */
  readonly zero: unknown;
}

/** Values that no schema describes: scalars and lists are owned as a whole, maps key by key. */
export const DEDUCED: FieldType = {
  scalar: "untyped",
  list: { atomic: true, keys: [], item: () => ATOMIC, keyDefault: () => undefined },
  map: { atomic: false, field: () => ({ type: DEDUCED, declared: false, zero: undefined }) },
};

/** Values that are owned as a whole whatever they are. */
const ATOMIC: FieldType = {
  scalar: "untyped",
  list: { atomic: true, keys: [], item: () => ATOMIC, keyDefault: () => undefined },
  map: { atomic: true, field: () => ({ type: ATOMIC, declared: false, zero: undefined }) },
};

const compiled = new WeakMap<SchemaSource, WeakMap<Schema, FieldType>>();
const compiledStructs = new WeakMap<SchemaSource, WeakMap<Schema, FieldType>>();

/**
 * The type of a schema; each schema is looked at once.
 *
 * @param structs Whether the server keeps these objects as Go structs (built-in kinds): see {@link MapField.zero}.
 */
export function fieldType(schema: Schema | undefined, schemas: SchemaSource, structs: boolean): FieldType {
  if (schema === undefined) return DEDUCED;
  const bySource = structs ? compiledStructs : compiled;
  let known = bySource.get(schemas);
  if (known === undefined) {
    known = new WeakMap();
    bySource.set(schemas, known);
  }
  return compile(schema, { schemas, structs, known, preserve: false });
}

interface Context {
  readonly schemas: SchemaSource;
  readonly structs: boolean;
  readonly known: WeakMap<Schema, FieldType>;
  /** An ancestor has `x-kubernetes-preserve-unknown-fields`. */
  readonly preserve: boolean;
}

function compile(schema: Schema, context: Context): FieldType {
  const known = context.known.get(schema);
  if (known !== undefined) return known;
  const type = compileNew(schema, context);
  context.known.set(schema, type);
  return type;
}

function compileNew(reference: Schema, context: Context): FieldType {
  const name = reference.$ref ?? (reference.allOf?.length === 1 ? reference.allOf[0]?.$ref : undefined) ?? "";
  if (name.endsWith(".Quantity")) return { scalar: "untyped" };
  if (name.endsWith(".RawExtension")) return ATOMIC;
  const schema = context.schemas.resolve(reference);
  const preserve = context.preserve || schema["x-kubernetes-preserve-unknown-fields"] === true;
  const inside = preserve === context.preserve ? context : { ...context, preserve };
  switch (schema.type) {
    case "object":
      return { map: mapType(schema, inside) };
    case "array":
      return { list: listType(schema, inside) };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "string":
      return { scalar: schema.format === "int-or-string" || schema.format === "date-time" ? "untyped" : "string" };
    default:
      return { scalar: "untyped", list: listType(schema, inside), map: mapType(schema, inside) };
  }
}

function mapType(schema: Schema, context: Context): MapType {
  const properties = schema.properties ?? {};
  const fields = new Map<string, MapField>();
  const free = freeKeys(schema, context);
  return {
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    field(name) {
      const known = fields.get(name);
      if (known !== undefined) return known;
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (property === undefined) return free();
      const field = { type: compile(property, context), declared: true, zero: zeroOf(schema, name, property, context) };
      fields.set(name, field);
      return field;
    },
  };
}

function freeKeys(schema: Schema, context: Context): () => MapField | undefined {
  const { additionalProperties: more, properties } = schema;
  const open = more === undefined ? context.preserve || Object.keys(properties ?? {}).length === 0 : more === true;
  if (open) return () => ({ type: DEDUCED, declared: false, zero: undefined });
  if (more === undefined || typeof more === "boolean") return () => undefined;
  let field: MapField | undefined;
  return () => {
    field ??= { type: compile(more, context), declared: false, zero: undefined };
    return field;
  };
}

function zeroOf(parent: Schema, name: string, property: Schema, context: Context): unknown {
  if (!context.structs) return undefined;
  if (isJsonObject(property.default) && Object.keys(property.default).length === 0) return {};
  if (parent.required?.includes(name) !== true) return undefined;
  const { type, default: given } = context.schemas.resolve(property);
  if (type === "array" || type === "object") return null;
  return given === "" || given === 0 || given === false ? given : undefined;
}

function listType(schema: Schema, context: Context): ListType {
  const { items } = schema;
  const keys = listKeys(schema);
  return {
    atomic: keys === undefined,
    keys: keys ?? [],
    item: () => (items === undefined ? ATOMIC : compile(items, context)),
    keyDefault(key) {
      const properties = items && context.schemas.resolve(items).properties;
      const property = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
      return property && (property.default ?? context.schemas.resolve(property).default);
    },
  };
}

/** The keys of an associative list, none for a set; undefined for an atomic list. */
function listKeys(schema: Schema): readonly string[] | undefined {
  switch (schema["x-kubernetes-list-type"]) {
    case "map":
      return [...(schema["x-kubernetes-list-map-keys"] ?? [])].sort();
    case "set":
      return [];
    case "atomic":
      return undefined;
    default: {
      const merges = schema["x-kubernetes-patch-strategy"]?.split(",").includes("merge") === true;
      const key = schema["x-kubernetes-patch-merge-key"];
      return merges ? (key === undefined ? [] : [key]) : undefined;
    }
  }
}
