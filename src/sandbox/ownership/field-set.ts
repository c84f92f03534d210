import { isJsonObject } from "../model/object.ts";
import { comparePathElements, type FieldPath, isPathElement, type PathElement } from "./path-element.ts";

/**
 * A set of field paths in the very form of `fieldsV1`: a tree of plain objects, never changed once made, so trees share
 * branches and need no conversion. A node without entries is a member; one with entries is a member too when it has
 * the entry `.`. The root stands for the object, which is never a member.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/fieldpath/set.go
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** Being built: what {@link FieldSet} is before it is handed out. */
export type MutableFieldSet = Record<PathElement, FieldSet>;

/** The set without members, and the node of a member without children: the same tree. */
export const EMPTY: FieldSet = Object.freeze({});

const SELF = ".";

export function isEmptySet(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

/** Whether the node itself, not only something below it, is a member. */
export function isMember(node: FieldSet): boolean {
  return node[SELF] !== undefined || isEmptySet(node);
}

/** The node of a member with these children. */
export function memberWith(children: FieldSet): FieldSet {
  return isEmptySet(children) ? EMPTY : { [SELF]: EMPTY, ...children };
}

/** The node's children: the node without its own membership. */
export function childrenOf(node: FieldSet): FieldSet {
  if (node[SELF] === undefined) return node;
  const { [SELF]: _self, ...children } = node;
  return children;
}

/** The set of these paths. */
export function setOf(...paths: readonly FieldPath[]): FieldSet {
  return paths.reduce<FieldSet>(
    (set, path) =>
      union(
        set,
        path.reduceRight<FieldSet>((node, one) => ({ [one]: node }), EMPTY),
      ),
    EMPTY,
  );
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path) node = node?.[element];
  return path.length > 0 && node !== undefined && isMember(node);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a;
  if (isEmptySet(a)) return b;
  const result: MutableFieldSet = { ...a };
  for (const element of Object.keys(b)) {
    const [left, right] = [a[element], b[element] ?? EMPTY];
    result[element] = left === undefined || element === SELF ? right : unionOfNodes(left, right);
  }
  return result;
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const result: MutableFieldSet = {};
  for (const element of Object.keys(a)) {
    const [left, right] = [a[element], b[element]];
    if (left === undefined || right === undefined || element === SELF) continue;
    add(result, element, isMember(left) && isMember(right), intersection(left, right));
  }
  return result;
}

/** What is in `a` and not in `b`. A member of `b` does not take the members below it along. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, false);
}

/** What is in `a` and neither in `b` nor below a member of `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return subtract(a, b, true);
}

export function equalSets(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true;
  const elements = Object.keys(a);
  if (elements.length !== Object.keys(b).length) return false;
  return elements.every((element) => {
    const [left, right] = [a[element], b[element]];
    return left !== undefined && right !== undefined && equalSets(left, right);
  });
}

/** The members' paths in the server's order: at each level first the members, then what is below. */
export function pathsOf(set: FieldSet, prefix: FieldPath = []): FieldPath[] {
  const elements = Object.keys(set)
    .filter((element) => element !== SELF)
    .sort(comparePathElements);
  const own = elements.filter((element) => isMember(set[element] ?? EMPTY)).map((element) => [...prefix, element]);
  return [...own, ...elements.flatMap((element) => pathsOf(childrenOf(set[element] ?? EMPTY), [...prefix, element]))];
}

/** The same set with its entries in the order that the server writes. */
export function sorted(set: FieldSet): FieldSet {
  const elements = Object.keys(set);
  const result: MutableFieldSet = {};
  let same = true;
  const order = isSorted(elements) ? elements : [...elements].sort(compareEntries);
  for (const element of order) {
    const child = set[element] ?? EMPTY;
    const inOrder = isEmptySet(child) ? child : sorted(child);
    if (inOrder !== child) same = false;
    result[element] = inOrder;
  }
  return same && order === elements ? set : result;
}

/** Reads `fieldsV1` as a client may have sent it; undefined when it is not one. Unknown kinds of elements are dropped. */
export function parseFieldSet(value: unknown): FieldSet | undefined {
  if (!isJsonObject(value)) return undefined;
  const result: MutableFieldSet = {};
  for (const [element, child] of Object.entries(value)) {
    if (element === SELF) {
      result[SELF] = EMPTY;
      continue;
    }
    if (!/^.:/.test(element)) return undefined;
    if (!"fkvi".includes(element.charAt(0))) continue;
    const parsed = isPathElement(element) ? parseFieldSet(child) : undefined;
    if (parsed === undefined) return undefined;
    result[element] = parsed;
  }
  return result;
}

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  const merged = union(childrenOf(a), childrenOf(b));
  return isMember(a) || isMember(b) ? memberWith(merged) : merged;
}

function subtract(a: FieldSet, b: FieldSet, recursive: boolean): FieldSet {
  if (isEmptySet(b)) return a;
  const result: MutableFieldSet = {};
  let same = true;
  for (const element of Object.keys(a)) {
    if (element === SELF) continue;
    const [left, right] = [a[element] ?? EMPTY, b[element]];
    if (right === undefined) {
      result[element] = left;
      continue;
    }
    const taken = isMember(right);
    if (recursive && taken) {
      same = false;
      continue;
    }
    const children = childrenOf(left);
    const rest = subtract(children, right, recursive);
    if (rest === children && !(taken && isMember(left))) {
      result[element] = left;
      continue;
    }
    same = false;
    add(result, element, isMember(left) && !taken, rest);
  }
  return same && a[SELF] === undefined ? a : result;
}

function add(target: MutableFieldSet, element: PathElement, member: boolean, children: FieldSet): void {
  if (member) target[element] = memberWith(children);
  else if (!isEmptySet(children)) target[element] = children;
}

function compareEntries(a: string, b: string): number {
  if (a === SELF || b === SELF) return a === b ? 0 : a === SELF ? -1 : 1;
  return comparePathElements(a, b);
}

function isSorted(elements: readonly string[]): boolean {
  return elements.every((element, index) => index === 0 || compareEntries(elements[index - 1] ?? "", element) <= 0);
}
