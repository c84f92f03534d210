/**
 * Typed decoding: makes of parsed JSON what the real server's Go structs would hold and write again. Unknown fields
 * go, empty values go where Go leaves them out, scalars take their canonical form, and a value of the wrong type is
 * reported in Go's words. One decoder per schema component, compiled at first use; values are changed in place.
 */
import { isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema, SchemaSource } from "../model/schema.ts";
import { type GoFieldFlag, goField } from "./go-types.ts";
import { SCALAR_DECODERS, type ScalarDecoder, scalarKind } from "./scalars.ts";

/** What one decoding has met. */
export interface DecodeProgress {
  /** Field names, `[index]` numbers and, with a leading NUL, map keys down to the value at hand. */
  readonly path: (string | number)[];
  /** The first value of a wrong type, as Go reports it. */
  error: string | undefined;
  /** Paths of unknown fields, in the order of the text. */
  readonly unknown: string[];
  /** Members of all objects seen: tells whether the text repeated a name. */
  members: number;
}

/** Decodes one kind of value. */
export interface Decoder {
  /** The Go type's zero value as JSON. */
  zero(): unknown;
  /** `struct` names the Go struct that holds the value, `type` the value's Go type, for errors. */
  decode(value: unknown, progress: DecodeProgress, struct: string, type: string): unknown;
}

interface Field {
  readonly flag: GoFieldFlag;
  readonly type: string;
  readonly decoder: Decoder;
}

const REFERENCE = "#/components/schemas/";
const META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
const caches = new WeakMap<SchemaSource, Map<string, Decoder>>();

/** The decoder of a named component. */
export function decoderFor(name: string, schemas: SchemaSource): Decoder {
  let cache = caches.get(schemas);
  if (cache === undefined) {
    cache = new Map();
    caches.set(schemas, cache);
  }
  let decoder = cache.get(name);
  if (decoder === undefined) {
    decoder = compileComponent(name, schemas);
    cache.set(name, decoder);
  }
  return decoder;
}

export function newProgress(): DecodeProgress {
  return { path: [], error: undefined, unknown: [], members: 0 };
}

function compileComponent(name: string, schemas: SchemaSource): Decoder {
  const scalar = scalarKind(name);
  if (scalar !== undefined) return scalarDecoder(SCALAR_DECODERS[scalar]);
  const schema = schemas.named(name);
  if (schema === undefined) return FREE_FORM;
  if (schema.properties !== undefined) return new StructDecoder(name, schema, schemas);
  return compile(schema, schemas);
}

function compile(schema: Schema, schemas: SchemaSource): Decoder {
  const reference = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined);
  if (reference !== undefined) return decoderFor(reference.slice(REFERENCE.length), schemas);
  if (schema.type === "array" && schema.items !== undefined) return new ListDecoder(compile(schema.items, schemas));
  if (typeof schema.additionalProperties === "object") {
    return new MapDecoder(compile(schema.additionalProperties, schemas));
  }
  switch (schema.type) {
    case "string":
      return scalarDecoder(SCALAR_DECODERS[schema.format === "byte" ? "bytes" : "string"]);
    case "boolean":
      return scalarDecoder(SCALAR_DECODERS.boolean);
    case "integer":
      return scalarDecoder(SCALAR_DECODERS[schema.format === "int64" ? "int64" : "int32"]);
    case "number":
      return scalarDecoder(SCALAR_DECODERS.number);
    default:
      return FREE_FORM;
  }
}

/** RawExtension, FieldsV1 and the like: kept as they are. */
const FREE_FORM: Decoder = {
  zero: () => null,
  decode(value, progress) {
    countMembers(value, progress);
    return value;
  },
};

function scalarDecoder(scalar: ScalarDecoder): Decoder {
  return {
    zero: () => scalar.zero,
    decode(value, progress, struct, type) {
      const decoded = scalar.decode(value);
      if (decoded === undefined) {
        countMembers(value, progress);
        report(
          progress,
          scalar.explain?.(value) ?? wrongType(scalar.describe(value), progress, struct, scalar.goType ?? type),
        );
        return scalar.zero;
      }
      return decoded;
    },
  };
}

class StructDecoder implements Decoder {
  readonly #name: string;
  readonly #schema: Schema;
  readonly #schemas: SchemaSource;
  #fields: Map<string, Field> | undefined;
  #always: [string, Field][] = [];

  constructor(name: string, schema: Schema, schemas: SchemaSource) {
    this.#name = name;
    this.#schema = schema;
    this.#schemas = schemas;
  }

  /** Compiled lazily: schemas refer to themselves. */
  #compiled(): Map<string, Field> {
    if (this.#fields !== undefined) return this.#fields;
    const fields = new Map<string, Field>();
    this.#fields = fields;
    for (const [name, schema] of Object.entries(this.#schema.properties ?? {})) {
      const go = goField(this.#name, name);
      const field = { flag: go?.flag ?? "?", type: go?.type ?? "string", decoder: compile(schema, this.#schemas) };
      fields.set(name, field);
      if (field.flag === "!" || field.flag === "&") this.#always.push([name, field]);
    }
    return fields;
  }

  zero(): unknown {
    this.#compiled();
    const out: JsonObject = {};
    for (const [name, field] of this.#always) out[name] = field.flag === "&" ? null : field.decoder.zero();
    return out;
  }

  decode(value: unknown, progress: DecodeProgress, struct: string, type: string): unknown {
    if (value === null) return this.zero();
    const fields = this.#compiled();
    if (!isJsonObject(value)) {
      countMembers(value, progress);
      report(progress, wrongType(jsonType(value), progress, struct, type));
      return this.zero();
    }
    const goStruct = this.#name.slice(this.#name.lastIndexOf(".") + 1);
    for (const key of Object.keys(value)) {
      progress.members++;
      const field = fields.get(key);
      const one = value[key];
      progress.path.push(key);
      if (field === undefined) {
        progress.unknown.push(strictPath(progress.path));
        countMembers(one, progress);
        delete value[key];
      } else if (one === null) {
        if (field.flag === "!") value[key] = field.decoder.zero();
        else if (field.flag !== "&") delete value[key];
      } else {
        const decoded = field.decoder.decode(one, progress, goStruct, field.type);
        if (field.flag === "?" && isEmpty(decoded)) delete value[key];
        else if (decoded !== one) value[key] = decoded;
      }
      progress.path.pop();
    }
    for (const [name, field] of this.#always) {
      if (value[name] === undefined) value[name] = field.flag === "&" ? null : field.decoder.zero();
    }
    return value;
  }
}

class ListDecoder implements Decoder {
  readonly #item: Decoder;

  constructor(item: Decoder) {
    this.#item = item;
  }

  zero(): unknown {
    return null;
  }

  decode(value: unknown, progress: DecodeProgress, struct: string, type: string): unknown {
    if (value === null) return null;
    if (!Array.isArray(value)) {
      countMembers(value, progress);
      report(progress, wrongType(jsonType(value), progress, struct, type));
      return null;
    }
    const itemType = type.slice(2).replace(/^\*/, "");
    for (let index = 0; index < value.length; index++) {
      const one: unknown = value[index];
      progress.path.push(index);
      value[index] = one === null ? this.#item.zero() : this.#item.decode(one, progress, struct, itemType);
      progress.path.pop();
    }
    return value;
  }
}

class MapDecoder implements Decoder {
  readonly #value: Decoder;

  constructor(value: Decoder) {
    this.#value = value;
  }

  zero(): unknown {
    return null;
  }

  decode(value: unknown, progress: DecodeProgress, struct: string, type: string): unknown {
    if (value === null) return null;
    if (!isJsonObject(value)) {
      countMembers(value, progress);
      report(progress, wrongType(jsonType(value), progress, struct, type));
      return null;
    }
    const valueType = type === "v1.ResourceList" ? "resource.Quantity" : type.slice(type.indexOf("]") + 1);
    for (const key of Object.keys(value)) {
      progress.members++;
      const one = value[key];
      progress.path.push(`\0${key}`);
      const decoded = one === null ? this.#value.zero() : this.#value.decode(one, progress, struct, valueType);
      // defineProperty: a key named __proto__ is data here
      if (decoded !== one) {
        Object.defineProperty(value, key, { value: decoded, enumerable: true, writable: true, configurable: true });
      }
      progress.path.pop();
    }
    return value;
  }
}

function isEmpty(value: unknown): boolean {
  if (value === "" || value === 0 || value === false || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== "object") return false;
  for (const _key in value) return false;
  return true;
}

/** Counts the members below a value that is kept or dropped whole; without recursion, for any depth. */
export function countMembers(value: unknown, progress: DecodeProgress): void {
  if (typeof value !== "object" || value === null) return;
  const open: object[] = [value];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    const children: unknown[] = Array.isArray(one) ? one : Object.values(one);
    if (!Array.isArray(one)) progress.members += children.length;
    for (const child of children) if (typeof child === "object" && child !== null) open.push(child);
  }
}

function report(progress: DecodeProgress, message: string): void {
  progress.error ??= message;
}

/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
function wrongType(found: string, progress: DecodeProgress, struct: string, type: string): string {
  const fields = progress.path.filter((step) => typeof step === "string" && !step.startsWith("\0"));
  return `json: cannot unmarshal ${found} into Go struct field ${struct}.${fields.join(".")} of type ${type}`;
}

function strictPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else text += `${text === "" ? "" : "."}${step.startsWith("\0") ? step.slice(1) : step}`;
  }
  return text;
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** The component name of ObjectMeta, which custom resources share. */
export const OBJECT_META: string = `${META}ObjectMeta`;
