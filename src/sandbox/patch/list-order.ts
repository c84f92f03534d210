import { isJsonObject } from "../model/object.ts";
import { goFormat } from "./go-format.ts";
import { patchFailed } from "./patch-errors.ts";

/** A merged list in two parts: what the patch names, and what only the server has. */
export interface Partition {
  readonly named: readonly unknown[];
  readonly serverOnly: readonly unknown[];
}

/** Splits a merged list by whether an item (its merge key; itself where that is empty) stands in `by`. */
export function partition(merged: readonly unknown[], by: readonly unknown[], mergeKey: string): Partition {
  const named: unknown[] = [];
  const serverOnly: unknown[] = [];
  for (const item of merged) (indexIn(by, item, mergeKey) < 0 ? serverOnly : named).push(item);
  return { named, serverOnly };
}

/**
 * Puts a merged list in order: named items as in `order`, the others as the server had them (`before`), each of these
 * ahead of the first named item that it preceded there.
 */
export function orderMerged(
  parts: Partition,
  order: readonly unknown[],
  before: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const named = sortedBy(parts.named, order, mergeKey);
  const serverOnly = sortedBy(parts.serverOnly, before, mergeKey);
  const merged: unknown[] = [];
  let next = 0;
  for (const item of named) {
    const at = indexIn(before, item, mergeKey);
    while (next < serverOnly.length) {
      const other = indexIn(before, serverOnly[next], mergeKey);
      if (at < 0 || other < 0 || other >= at) break;
      merged.push(serverOnly[next]);
      next += 1;
    }
    merged.push(item);
  }
  return [...merged, ...serverOnly.slice(next)];
}

/** Refuses a patch list whose order differs from its `$setElementOrder`, or that holds what this does not. */
export function validateElementOrder(change: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (change.length === 0 || order.length === 0) return;
  let at = 0;
  for (const item of change) {
    if (isJsonObject(item) && Object.hasOwn(item, "$patch")) continue;
    const value = identity(item, mergeKey);
    while (at < order.length && identity(order[at], mergeKey) !== value) at += 1;
    if (at === order.length) {
      const lists = [change, order].map(goFormat);
      throw patchFailed(`The order in patch list:\n${lists[0]}\n doesn't match $setElementOrder list:\n${lists[1]}\n`);
    }
    at += 1;
  }
}

function sortedBy(items: readonly unknown[], order: readonly unknown[], mergeKey: string): unknown[] {
  const ranked = items.map((item) => ({ item, rank: indexIn(order, item, mergeKey) }));
  return ranked.sort((a, b) => (a.rank < 0 || b.rank < 0 ? 0 : a.rank - b.rank)).map(({ item }) => item);
}

function indexIn(list: readonly unknown[], item: unknown, mergeKey: string): number {
  const value = mergeKey === "" ? item : identity(item, mergeKey);
  return list.findIndex((one) => (mergeKey === "" || !isJsonObject(one) ? one : one[mergeKey]) === value);
}

function identity(item: unknown, mergeKey: string): unknown {
  if (mergeKey === "") return item;
  if (isJsonObject(item) && Object.hasOwn(item, mergeKey)) return item[mergeKey];
  throw patchFailed(`map: ${goFormat(item)} does not contain declared merge key: ${mergeKey}`);
}
