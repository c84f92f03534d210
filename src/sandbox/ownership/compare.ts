import { isJsonObject, type JsonObject } from "../model/object.ts";
import { equalJson } from "../patch/json-value.ts";
import { EMPTY, type FieldSet, isEmptySet, type MutableFieldSet, memberWith } from "./field-set.ts";
import type { FieldType, ListType, MapType } from "./field-types.ts";
import { itemsByElement } from "./list-items.ts";
import { fieldElement, type PathElement } from "./path-element.ts";

/** What one object has that another has not. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/**
 * Compares two objects of a type. Of an added or removed branch every node is a member; of a changed one the leaves.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/compare.go
 */
export function compare(before: JsonObject, after: JsonObject, type: FieldType): Comparison {
  const { added = EMPTY, modified = EMPTY, removed = EMPTY } = compareNodes(before, after, type) ?? NONE;
  return { added, modified, removed };
}

/** Undefined: no difference. Any of the three sets that is undefined is empty; EMPTY means the node itself. */
type Difference = { readonly [part in keyof Comparison]: FieldSet | undefined };

const NONE: Difference = { added: undefined, modified: undefined, removed: undefined };
const MODIFIED: Difference = { ...NONE, modified: EMPTY };

function compareNodes(before: unknown, after: unknown, type: FieldType): Difference | undefined {
  if (before === after) return undefined;
  const forms = [formOf(before, type), formOf(after, type)] as const;
  if (forms[0] === forms[1]) return compareAs(forms[0], before, after, type);
  return merged(compareAs(forms[0], before, after, type), compareAs(forms[1], before, after, type));
}

type Form = "map" | "scalar" | "list";

/** How a value is walked: by what it is where the type allows that, else by what the type prefers. */
function formOf(value: unknown, type: FieldType): Form {
  if (isJsonObject(value)) {
    if (type.map) return "map";
  } else if (Array.isArray(value)) {
    if (type.list) return "list";
  } else if (value !== null && type.scalar) {
    return "scalar";
  }
  return type.map ? "map" : type.scalar ? "scalar" : "list";
}

function compareAs(form: Form, before: unknown, after: unknown, type: FieldType): Difference | undefined {
  if (form === "map" && type.map && !type.map.atomic) {
    const [left, right] = [isJsonObject(before) ? before : {}, isJsonObject(after) ? after : {}];
    if (!isEmptyObject(left) || !isEmptyObject(right)) return compareMaps(left, right, type.map);
  } else if (form === "list" && type.list && !type.list.atomic) {
    const [left, right] = [Array.isArray(before) ? before : [], Array.isArray(after) ? after : []];
    if (left.length > 0 || right.length > 0) return compareLists(left, right, type.list);
  }
  return equalJson(before, after) ? undefined : MODIFIED;
}

function compareMaps(before: JsonObject, after: JsonObject, type: MapType): Difference | undefined {
  const result = new DifferenceBuilder();
  const visit = (key: string): void => {
    const field = type.field(key);
    if (field === undefined) return;
    const left = Object.hasOwn(before, key) ? before[key] : field.zero;
    const right = Object.hasOwn(after, key) ? after[key] : field.zero;
    result.add(fieldElement(key), left, right, field.type);
  };
  for (const key of Object.keys(before)) visit(key);
  for (const key of Object.keys(after)) if (!Object.hasOwn(before, key)) visit(key);
  return result.build();
}

function compareLists(before: readonly unknown[], after: readonly unknown[], list: ListType): Difference | undefined {
  const result = new DifferenceBuilder();
  const type = list.item();
  const left = itemsByElement(list, before);
  const right = itemsByElement(list, after);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const olds = left.get(element) ?? [];
    const news = right.get(element) ?? [];
    if (olds.length <= 1 && news.length <= 1) {
      result.add(element, olds[0], news[0], type);
    } else if (olds.length > 1 && news.length > 1) {
      if (!equalJson(olds, news)) result.attach(element, MODIFIED);
    } else if (olds.length > 1) {
      // duplicates are owned as one; what remains is new
      if (news.length > 0) result.add(element, undefined, news[0], type);
      result.attach(element, { ...NONE, removed: EMPTY });
    } else {
      if (olds.length > 0) result.add(element, olds[0], undefined, type);
      result.attach(element, { ...NONE, added: EMPTY });
    }
  }
  return result.build();
}

/** Every node of a value that is there on one side only. */
function wholeOf(value: unknown, type: FieldType): FieldSet {
  const form = formOf(value, type);
  const children: MutableFieldSet = {};
  if (form === "map" && type.map && !type.map.atomic && isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const field = value[key] === undefined ? undefined : type.map.field(key);
      if (field !== undefined) children[fieldElement(key)] = wholeOf(value[key], field.type);
    }
  } else if (form === "list" && type.list && !type.list.atomic && Array.isArray(value)) {
    const item = type.list.item();
    for (const [element, items] of itemsByElement(type.list, value)) {
      children[element] = items.length > 1 ? EMPTY : wholeOf(items[0], item);
    }
  }
  return memberWith(children);
}

/** Collects the differences of one node's children. */
class DifferenceBuilder {
  readonly #parts: { -readonly [part in keyof Comparison]?: MutableFieldSet } = {};

  add(element: PathElement, before: unknown, after: unknown, type: FieldType): void {
    if (before === undefined && after === undefined) return;
    if (before === undefined) this.#set("added", element, wholeOf(after, type));
    else if (after === undefined) this.#set("removed", element, wholeOf(before, type));
    else this.attach(element, compareNodes(before, after, type));
  }

  attach(element: PathElement, child: Difference | undefined): void {
    if (child?.added) this.#set("added", element, child.added);
    if (child?.modified) this.#set("modified", element, child.modified);
    if (child?.removed) this.#set("removed", element, child.removed);
  }

  build(): Difference | undefined {
    const { added, modified, removed } = this.#parts;
    return added || modified || removed ? { added, modified, removed } : undefined;
  }

  #set(part: keyof Comparison, element: PathElement, node: FieldSet): void {
    let target = this.#parts[part];
    if (target === undefined) {
      target = {};
      this.#parts[part] = target;
    }
    target[element] = node;
  }
}

/** Joins what the two forms of a value that changed its form gave. */
function merged(a: Difference | undefined, b: Difference | undefined): Difference | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    added: joined(a.added, b.added),
    modified: joined(a.modified, b.modified),
    removed: joined(a.removed, b.removed),
  };
}

function joined(a: FieldSet | undefined, b: FieldSet | undefined): FieldSet | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isEmptySet(a) ? memberWith(b) : isEmptySet(b) ? memberWith(a) : { ...a, ...b };
}

function isEmptyObject(object: JsonObject): boolean {
  for (const _ in object) return false;
  return true;
}
