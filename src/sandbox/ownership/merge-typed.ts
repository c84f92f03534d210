import { isJsonObject, type JsonObject } from "../model/object.ts";
import { getOwn, setOwn } from "../patch/json-value.ts";
import type { FieldType, ListType, MapType } from "./field-types.ts";
import { elementOf } from "./list-items.ts";
import type { PathElement } from "./path-element.ts";

/**
 * Lays an applied configuration over a live object: nothing is removed, leaves are taken from the configuration, lists
 * with keys keep the live order where the configuration does not say another.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/merge.go
 */
export function mergeTyped(live: JsonObject, config: JsonObject, type: FieldType): JsonObject {
  const merged = mergeNodes(live, config, type);
  return isJsonObject(merged) ? merged : {};
}

function mergeNodes(live: unknown, config: unknown, type: FieldType): unknown {
  if (config === undefined || live === config) return live;
  if (live === undefined) return config;
  if (type.map && !type.map.atomic && isMapLike(config, type)) {
    const [left, right] = [isJsonObject(live) ? live : {}, isJsonObject(config) ? config : {}];
    const empty = Object.keys(left).length + Object.keys(right).length === 0;
    return empty ? config : mergeMaps(left, right, type.map);
  }
  if (type.list && !type.list.atomic && (Array.isArray(config) || (config === null && !type.scalar))) {
    const [left, right] = [Array.isArray(live) ? live : [], Array.isArray(config) ? config : []];
    return left.length + right.length === 0 ? config : mergeLists(left, right, type.list);
  }
  return config;
}

/** A null counts as a map without entries wherever the type allows a map: it removes nothing. */
function isMapLike(config: unknown, type: FieldType): boolean {
  return isJsonObject(config) || (config === null && type.map !== undefined);
}

function mergeMaps(live: JsonObject, config: JsonObject, type: MapType): JsonObject {
  const merged: JsonObject = { ...live };
  for (const key of Object.keys(config)) {
    const field = type.field(key);
    const value = field ? mergeNodes(getOwn(live, key), config[key], field.type) : config[key];
    if (value !== undefined) setOwn(merged, key, value);
  }
  return merged;
}

interface Item {
  readonly element: PathElement;
  readonly value: unknown;
}

/**
 * Joins two lists by their items' identity. Items of both stand in the configuration's order, each live-only item
 * before the shared item that it preceded.
 */
function mergeLists(live: readonly unknown[], config: readonly unknown[], list: ListType): unknown[] {
  const left = live.map((value): Item => ({ element: elementOf(list, value), value }));
  const right = config.map((value): Item => ({ element: elementOf(list, value), value }));
  const lives = indexed(left);
  const configs = indexed(right);
  const shared = right.filter(({ element }) => lives.has(element)).map(({ element }) => element);
  const taken = new Set<PathElement>();
  const type = list.item();
  const merged: unknown[] = [];
  const take = ({ element, value }: Item): void => {
    taken.add(element);
    merged.push(mergeNodes(lives.get(element), value, type));
    if (shared[0] === element) shared.shift();
  };
  let l = 0;
  let r = 0;
  while (l < left.length || r < right.length) {
    const [next, wanted] = [left[l], right[r]];
    if (next !== undefined && wanted !== undefined) {
      if (next.element === wanted.element) {
        take(wanted);
        l += 1;
        r += 1;
        continue;
      }
      if (configs.has(next.element) && shared[0] !== undefined && shared[0] !== next.element) {
        l += 1;
        continue;
      }
    }
    if (next !== undefined) {
      if (!configs.has(next.element)) {
        merged.push(next.value);
        l += 1;
        continue;
      }
      if (taken.has(next.element)) l += 1;
    }
    if (wanted !== undefined) {
      take(wanted);
      r += 1;
    }
  }
  return merged;
}

/** Items by identity; an identity that occurs twice has no item to merge with. */
function indexed(items: readonly Item[]): Map<PathElement, unknown> {
  const found = new Map<PathElement, unknown>();
  for (const { element, value } of items) found.set(element, found.has(element) ? undefined : value);
  return found;
}
