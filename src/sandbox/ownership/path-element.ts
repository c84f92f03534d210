import { isJsonObject } from "../model/object.ts";

/**
 * One step of a field path, in the form that `fieldsV1` writes it: `f:NAME` a field or map key, `k:{…}` a list item by
 * its keys, `v:VALUE` an item of a set, `i:N` an item by position.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/serialize-pe.go
 */
export type PathElement = string;

/** A path from the object's root. */
export type FieldPath = readonly PathElement[];

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

/** The item of a set. */
export function valueElement(value: unknown): PathElement {
  return `v:${goJson(value)}`;
}

/** The item of a list whose keys have these values; `keys` in alphabetical order of names. */
export function keyElement(keys: readonly (readonly [name: string, value: unknown])[]): PathElement {
  return `k:{${keys.map(([name, value]) => `${goJson(name)}:${goJson(value)}`).join(",")}}`;
}

/** The field's name; undefined for list items. */
export function fieldName(element: PathElement): string | undefined {
  return element.startsWith("f:") ? element.slice(2) : undefined;
}

/** Orders elements as the server writes them: fields, keyed items, set items, positions. */
export function comparePathElements(a: PathElement, b: PathElement): number {
  const kind = KINDS.indexOf(a.charAt(0)) - KINDS.indexOf(b.charAt(0));
  if (kind !== 0 || a === b) return kind;
  switch (a.charAt(0)) {
    case "k":
      return compareKeys(parse(a), parse(b));
    case "v":
      return compareValues(parse(a), parse(b));
    case "i":
      return Number(a.slice(2)) - Number(b.slice(2));
    default:
      return a < b ? -1 : 1;
  }
}

/** Whether this is a form that `fieldsV1` may hold. */
export function isPathElement(text: string): boolean {
  switch (text.slice(0, 2)) {
    case "f:":
      return true;
    case "i:":
      return /^-?\d+$/.test(text.slice(2));
    case "k:":
      return isJsonObject(parse(text));
    case "v:":
      return parse(text) !== undefined;
    default:
      return false;
  }
}

/** `.spec.containers[name="main"].image`: how messages write a path. */
export function formatPath(path: FieldPath): string {
  return path.map(formatElement).join("");
}

/** One step of {@link formatPath}. */
export function formatElement(element: PathElement): string {
  const name = fieldName(element);
  if (name !== undefined) return `.${name}`;
  if (element.startsWith("i:")) return `[${element.slice(2)}]`;
  const value = parse(element);
  if (element.startsWith("v:") || !isJsonObject(value)) return `[=${JSON.stringify(value)}]`;
  return `[${Object.entries(value)
    .map(([key, one]) => `${key}=${JSON.stringify(one)}`)
    .join(",")}]`;
}

const KINDS = "fkvi";

/** JSON as Go's encoder writes it, which escapes what HTML gives a meaning. */
function goJson(value: unknown): string {
  const json = JSON.stringify(value);
  return UNSAFE.test(json) ? json.replace(UNSAFE_ALL, escaped) : json;
}

const UNSAFE = /[<>&\u2028\u2029]/;
const UNSAFE_ALL = /[<>&\u2028\u2029]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function parse(element: PathElement): unknown {
  try {
    return JSON.parse(element.slice(2));
  } catch {
    return undefined;
  }
}

function compareKeys(a: unknown, b: unknown): number {
  const left = isJsonObject(a) ? Object.entries(a) : [];
  const right = isJsonObject(b) ? Object.entries(b) : [];
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    const order = compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Numbers before strings before booleans before the rest. */
function compareValues(a: unknown, b: unknown): number {
  const kind = rank(a) - rank(b);
  if (kind !== 0) return kind;
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  const left = typeof a === "string" ? a : JSON.stringify(a);
  const right = typeof b === "string" ? b : JSON.stringify(b);
  return left === right ? 0 : left < right ? -1 : 1;
}

function rank(value: unknown): number {
  const index = ["number", "string", "boolean"].indexOf(typeof value);
  return index < 0 ? 3 : index;
}
