import { isJsonObject } from "../model/object.ts";
import type { ListType } from "./field-types.ts";
import { keyElement, type PathElement, valueElement } from "./path-element.ts";
import { TypedValueError } from "./typed-value-error.ts";

/** The element that identifies an item of an associative list. Throws TypedValueError where it has no identity. */
export function elementOf(list: ListType, item: unknown): PathElement {
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item);
}

/** The items of a list by their elements, in the order of first occurrence; duplicates stand together. */
export function itemsByElement(list: ListType, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const found = new Map<PathElement, unknown[]>();
  for (const [index, item] of items.entries()) {
    const element = at(index, () => elementOf(list, item));
    const same = found.get(element);
    if (same === undefined) found.set(element, [item]);
    else same.push(item);
  }
  return found;
}

/** Runs a step on the item at `index`, naming the item in its error. */
export function at<T>(index: number, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof TypedValueError) throw error.inside(`element ${index}: `);
    throw error;
  }
}

function keyedElement(list: ListType, item: unknown): PathElement {
  if (item === null || item === undefined) {
    throw new TypedValueError("associative list with keys may not have a null element");
  }
  if (!isJsonObject(item)) throw new TypedValueError("associative list with keys may not have non-map elements");
  const keys: [string, unknown][] = [];
  for (const key of list.keys) {
    const value = Object.hasOwn(item, key) ? item[key] : list.keyDefault(key);
    if (value !== undefined) keys.push([key, value]);
  }
  if (keys.length === 0) {
    const names = `[${list.keys.map((key) => JSON.stringify(key)).join(" ")}]`;
    throw new TypedValueError(
      `associative list with keys has an element that omits all key fields ${names}` +
        " (and doesn't have default values for any key fields)",
    );
  }
  return keyElement(keys);
}

function setElement(item: unknown): PathElement {
  if (isJsonObject(item)) {
    throw new TypedValueError("associative list without keys has an element that's a map type");
  }
  if (Array.isArray(item)) {
    throw new TypedValueError("not supported: associative list with lists as elements");
  }
  if (item === null || item === undefined) {
    throw new TypedValueError("associative list without keys has an element that's an explicit null");
  }
  return valueElement(item);
}
