import {
  childrenOf,
  EMPTY,
  type FieldSet,
  isEmptySet,
  isMember,
  type MutableFieldSet,
  memberWith,
} from "./field-set.ts";
import { DEDUCED, type FieldType } from "./field-types.ts";
import { fieldName } from "./path-element.ts";

/**
 * Fits a stored set to a schema that has changed since: what is owned as a whole now is owned as a whole, not field by
 * field. Returns the same set where nothing changes.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/reconcile_schema.go
 */
export function reconcile(set: FieldSet, type: FieldType): FieldSet {
  const result: MutableFieldSet = {};
  let same = true;
  for (const [element, node] of Object.entries(childrenOf(set))) {
    const fitted = reconcileNode(node, typeAt(type, element));
    if (fitted !== node) same = false;
    result[element] = fitted;
  }
  return same ? set : result;
}

function reconcileNode(node: FieldSet, type: FieldType | undefined): FieldSet {
  if (isEmptySet(node) || type === undefined || type === DEDUCED) return node;
  if (type.map?.atomic === true || (type.map === undefined && type.list?.atomic === true)) return EMPTY;
  const children = childrenOf(node);
  const fitted = reconcile(children, type);
  if (fitted === children) return node;
  return isMember(node) ? memberWith(fitted) : fitted;
}

function typeAt(type: FieldType, element: string): FieldType | undefined {
  const name = fieldName(element);
  return name === undefined ? type.list?.item() : type.map?.field(name)?.type;
}
