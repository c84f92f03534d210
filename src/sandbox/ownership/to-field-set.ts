import { isJsonObject, type JsonObject } from "../model/object.ts";
import { EMPTY, type FieldSet, isEmptySet, type MutableFieldSet, memberWith } from "./field-set.ts";
import type { FieldType } from "./field-types.ts";
import { itemsByElement } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";

/**
 * The fields that an applied configuration mentions: its leaves, its list items and the keys of its free maps; declared
 * objects on the way are not members themselves.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/tofieldset.go
 */
export function toFieldSet(value: JsonObject, type: FieldType): FieldSet {
  return walk(value, type).children;
}

interface Node {
  readonly member: boolean;
  readonly children: FieldSet;
}

const LEAF: Node = { member: true, children: EMPTY };
const NOTHING: Node = { member: false, children: EMPTY };

function walk(value: unknown, type: FieldType): Node {
  if (isJsonObject(value) && type.map) return walkMap(value, type.map);
  if (Array.isArray(value) && type.list) return walkList(value, type.list);
  if (value === null && type.map) return type.map.atomic ? LEAF : NOTHING;
  if (value === null && !type.scalar && type.list) return type.list.atomic ? LEAF : NOTHING;
  return LEAF;
}

function walkMap(value: JsonObject, type: NonNullable<FieldType["map"]>): Node {
  if (type.atomic) return LEAF;
  const children: MutableFieldSet = {};
  for (const [key, one] of Object.entries(value)) {
    const field = type.field(key);
    if (field === undefined) continue;
    const node = walk(one, field.type);
    const empty = one === null || (isJsonObject(one) && Object.keys(one).length === 0);
    set(children, fieldElement(key), node, empty || !field.declared);
  }
  return { member: false, children };
}

function walkList(value: readonly unknown[], type: NonNullable<FieldType["list"]>): Node {
  if (type.atomic) return LEAF;
  const children: MutableFieldSet = {};
  const item = type.item();
  for (const [element, items] of itemsByElement(type, value)) {
    set(children, element, items.length > 1 ? LEAF : walk(items[0], item), true);
  }
  return { member: false, children };
}

function set(target: MutableFieldSet, element: string, node: Node, member: boolean): void {
  if (member || node.member) target[element] = memberWith(node.children);
  else if (!isEmptySet(node.children)) target[element] = node.children;
}
