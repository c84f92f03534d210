import { isJsonObject, type JsonObject } from "../model/object.ts";
import { goFormat, goType } from "../patch/go-format.ts";
import type { FieldType, ListType, MapType } from "./field-types.ts";
import { elementOf } from "./list-items.ts";
import { fieldElement, formatElement, type PathElement } from "./path-element.ts";
import { TypedValueError } from "./typed-value-error.ts";

/**
 * Checks an applied configuration against its type: declared fields, scalar types, items with an identity of their own.
 * Throws TypedValueError with every fault.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/validate.go
 */
export function validateTyped(value: JsonObject, type: FieldType): void {
  const faults: string[] = [];
  check(value, type, "", faults);
  const [first, ...more] = faults;
  if (first === undefined) return;
  throw new TypedValueError(more.length === 0 ? first : ["errors:", ...faults.map((fault) => `  ${fault}`)].join("\n"));
}

function check(value: unknown, type: FieldType, path: string, faults: string[]): void {
  const fault = (message: string): void => {
    faults.push(path === "" ? message : `${path}: ${message}`);
  };
  if (value === null || value === undefined) return;
  if (isJsonObject(value) && type.map) checkMap(value, type.map, path, faults);
  else if (Array.isArray(value) && type.list) checkList(value, type.list, path, faults, fault);
  else if (typeof value !== "object" && type.scalar) checkScalar(value, type.scalar, fault);
  else if (type.map) fault(`expected map, got &{${goFormat(value)}}`);
  else if (type.scalar) checkScalar(value, type.scalar, fault);
  else fault(`expected list, got &{${goFormat(value)}}`);
}

function checkMap(value: JsonObject, type: MapType, path: string, faults: string[]): void {
  for (const key of Object.keys(value)) {
    const field = type.field(key);
    const below = path + formatElement(fieldElement(key));
    if (field === undefined) {
      faults.push(`${below}: field not declared in schema`);
      return;
    }
    check(value[key], field.type, below, faults);
  }
}

function checkList(
  value: readonly unknown[],
  type: ListType,
  path: string,
  faults: string[],
  fault: (message: string) => void,
): void {
  const item = type.item();
  const seen = new Set<PathElement>();
  for (const [index, one] of value.entries()) {
    let element: PathElement = `i:${index}`;
    if (!type.atomic) {
      try {
        element = elementOf(type, one);
      } catch (error) {
        if (!(error instanceof TypedValueError)) throw error;
        fault(`element ${index}: ${error.message}`);
        return;
      }
      if (seen.has(element)) fault(`duplicate entries for key ${formatElement(element)}`);
      seen.add(element);
    }
    check(one, item, path + formatElement(element), faults);
  }
}

function checkScalar(value: unknown, scalar: NonNullable<FieldType["scalar"]>, fault: (message: string) => void): void {
  if (scalar === "untyped") {
    if (typeof value === "object") fault(`expected any scalar, got &{${goFormat(value)}}`);
  } else if (scalar === "numeric") {
    if (typeof value !== "number") fault(`expected numeric (int or float), got ${goType(value)}`);
  } else if (scalar === "string") {
    if (typeof value !== "string") fault(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
  } else if (typeof value !== "boolean") {
    fault(`expected boolean, got &{${goFormat(value)}}`);
  }
}

/** A JSON value as Go's `%#v` prints it. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[string]interface {}{${entries.map(([key, one]) => `${JSON.stringify(key)}:${goSyntax(one)}`).join(", ")}}`;
  }
  if (value === null || value === undefined) return "interface {}(nil)";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
