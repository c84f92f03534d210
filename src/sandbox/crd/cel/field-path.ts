import type { Schema } from "../../model/schema.ts";

/** A path inside an object, as rules and selectable fields name it. */
export interface SchemaPath {
  /** As errors write it: `spec.size`, `labels[app]`. */
  readonly path: string;
  /** The schema at the path's end. */
  readonly schema: Schema;
}

/**
 * Follows a JSON path of fields (`.spec.size`, `['a.b']`) through a schema; a string says why it is not valid.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/cel/validation.go
 */
export function followPath(jsonPath: string, schema: Schema, allowBrackets = true): SchemaPath | string {
  let rest = jsonPath;
  let at: SchemaPath = { path: "", schema };
  while (rest !== "") {
    const step = /^\.([^.[\]]*)|^\['((?:\\.|[^'\\])*)'\]/.exec(rest);
    if (step === null) return badStep(rest, allowBrackets);
    if (step[1] === undefined && !allowBrackets) return "array notation is not allowed";
    if (step[1] === "") return "unexpected end of JSON path";
    const next = descend(at, step[1] ?? (step[2] ?? "").replace(/\\(.)/g, "$1"));
    if (next === undefined) return "does not refer to a valid field";
    at = next;
    rest = rest.slice(step[0].length);
  }
  return at;
}

function descend({ path, schema }: SchemaPath, name: string): SchemaPath | undefined {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return property && { path: path === "" ? name : `${path}.${name}`, schema: property };
  }
  return typeof additionalProperties === "object"
    ? { path: `${path}[${name}]`, schema: additionalProperties }
    : undefined;
}

function badStep(rest: string, allowBrackets: boolean): string {
  if (!rest.startsWith("[")) return `expected [ or . but got: ${/^[^.[\]]*|^\]/.exec(rest)?.[0] ?? ""}`;
  if (!allowBrackets) return "array notation is not allowed";
  const token = /^\[([^.[\]]*)/.exec(rest)?.[1] ?? "";
  return token === "" ? "unexpected end of JSON path" : `expected single quoted string but got ${token}`;
}
