import { isJsonObject, type JsonObject } from "../model/object.ts";
import { setOwn } from "../patch/json-value.ts";
import {
  childrenOf,
  EMPTY,
  type FieldSet,
  isEmptySet,
  isMember,
  type MutableFieldSet,
  memberWith,
} from "./field-set.ts";
import type { FieldType } from "./field-types.ts";
import { elementOf } from "./list-items.ts";
import { fieldElement, fieldName } from "./path-element.ts";

/**
 * The value without the fields and items of a set. A map or list that loses its last entry becomes null.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/remove.go
 */
export function removeItems(value: unknown, items: FieldSet, type: FieldType): unknown {
  if (Array.isArray(value) && type.list) {
    const list = type.list;
    if (list.atomic) return null;
    const item = list.item();
    const kept: unknown[] = [];
    for (const one of value) {
      const node = items[elementOf(list, one)];
      if (node === undefined) kept.push(one);
      else if (!isMember(node)) kept.push(removeItems(one, node, item));
    }
    return kept.length === 0 ? null : kept;
  }
  if (isJsonObject(value) && type.map) {
    if (type.map.atomic) return null;
    const kept: JsonObject = {};
    for (const key of Object.keys(value)) {
      const node = items[fieldElement(key)];
      const field = type.map.field(key);
      if (node === undefined || field === undefined) setOwn(kept, key, value[key]);
      else if (!isMember(node)) setOwn(kept, key, removeItems(value[key], node, field.type));
    }
    return Object.keys(kept).length === 0 ? null : kept;
  }
  return value;
}

/** Makes every declared field that a set passes through a member of it, so that the field itself can be removed. */
export function withNamedFields(set: FieldSet, type: FieldType): FieldSet {
  const result: MutableFieldSet = {};
  for (const [element, node] of Object.entries(childrenOf(set))) {
    const name = fieldName(element);
    const field = name === undefined ? undefined : type.map?.field(name);
    const below = name === undefined ? type.list?.item() : field?.type;
    const children = isEmptySet(node) || below === undefined ? childrenOf(node) : withNamedFields(node, below);
    result[element] = isMember(node) || field?.declared === true ? memberWith(children) : children;
  }
  return isEmptySet(result) ? EMPTY : result;
}
