import { isJsonObject, type JsonObject } from "../model/object.ts";
import { badRequest } from "../model/status-error.ts";
import { goFormat, goType } from "./go-format.ts";
import { cloneJson, equalJson, getOwn, setOwn } from "./json-value.ts";
import { orderMerged, partition, validateElementOrder } from "./list-order.ts";
import type { ApplyPatch } from "./patch.ts";
import { cannotDecodePatch, patchFailed } from "./patch-errors.ts";
import { fieldMeta, rootMeta, type StructMeta } from "./strategic-meta.ts";

const DIRECTIVE = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_PREFIX = "$deleteFromPrimitiveList";
const ORDER_PREFIX = "$setElementOrder";

/**
 * Strategic merge patch: lists merge by the key that the schema names, and directives in the patch replace, delete,
 * retain and order.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/strategicpatch/patch.go
 */
export const applyStrategicMergePatch: ApplyPatch = (current, patch, { schema, schemas }) => {
  if (!isJsonObject(patch)) throw cannotDecodePatch(patch, "Go value of type map[string]interface {}");
  return mergeObjects(cloneJson(current), cloneJson(patch), rootMeta(schema, schemas));
};

/** Merges `patch` into `original`; both are private copies and may be changed. */
function mergeObjects(original: JsonObject, patch: JsonObject, meta: StructMeta): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) return followDirective(patch);
  retainKeys(original, patch);
  mergeOrderedLists(original, patch, meta);
  for (const [patchKey, value] of Object.entries(patch)) {
    const isDeletion = patchKey.startsWith(DELETE_PREFIX);
    const key = isDeletion ? targetOf(patchKey, DELETE_PREFIX) : patchKey;
    if (value === null) {
      delete original[key];
      continue;
    }
    const before = getOwn(original, key);
    if (isJsonObject(before) && isJsonObject(value)) {
      const field = fieldMeta(meta, key);
      setOwn(original, key, field.strategy === "replace" ? value : mergeObjects(before, value, field.item));
    } else if (Array.isArray(before) && Array.isArray(value)) {
      setOwn(original, key, mergeListField(before, value, meta, key, isDeletion));
    } else if (!isDeletion) {
      take(original, key, value);
    }
  }
  return original;
}

function followDirective(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  if (directive === "delete") return {};
  throw patchFailed(`unknown patch type: ${goFormat(directive)} in map: ${goFormat(patch)}`);
}

/** `$retainKeys`: clears what the list does not name; everything that the patch sets must be named. */
function retainKeys(original: JsonObject, patch: JsonObject): void {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return;
  const retained = patch[RETAIN_KEYS];
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(retained)) throw badRequest("invalid patch format of retainKeys");
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) continue;
    if (!retained.includes(key)) throw badRequest("invalid patch format of retainKeys");
  }
  for (const key of Object.keys(original)) if (!retained.includes(key)) delete original[key];
}

/** Lists that come with a `$setElementOrder` are merged first, and put in that order. */
function mergeOrderedLists(original: JsonObject, patch: JsonObject, meta: StructMeta): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ORDER_PREFIX)) continue;
    const order = asList(patch[directive]);
    delete patch[directive];
    const key = targetOf(directive, ORDER_PREFIX);
    const before = Object.hasOwn(original, key) ? asList(original[key]) : undefined;
    const change = Object.hasOwn(patch, key) ? asList(patch[key]) : undefined;
    const { mergeKey } = fieldMeta(meta, key);
    validateElementOrder(change ?? [], order, mergeKey);
    if (before === undefined && change === undefined) continue;
    let merged = before ?? (withoutDirectives(change) as unknown[]);
    if (before !== undefined && change !== undefined) merged = mergeListField([...before], change, meta, key, false);
    setOwn(original, key, orderMerged(partition(merged, order, mergeKey), order, before ?? [], mergeKey));
    delete patch[key];
  }
}

function mergeListField(
  before: unknown[],
  change: unknown[],
  meta: StructMeta,
  key: string,
  isDeletion: boolean,
): unknown[] {
  const field = fieldMeta(meta, key);
  if (field.strategy !== "merge" && !isDeletion) return change;
  if (before.length === 0 && change.length === 0) return before;
  const first = before[0] ?? change[0];
  for (const item of [...before, ...change]) {
    if (Array.isArray(item)) throw patchFailed("lists of lists are not supported");
    if (isJsonObject(item) !== isJsonObject(first)) throw patchFailed("list element types are not identical");
  }
  if (!isJsonObject(first)) {
    if (isDeletion) return before.filter((one) => !change.some((gone) => equalJson(gone, one)));
    const merged = [...before, ...change].filter((one, at, all) => all.indexOf(one) === at);
    return orderMerged(partition(merged, change, ""), change, before, "");
  }
  if (field.mergeKey === "") throw patchFailed(`cannot merge lists without merge key for ${field.item.name}`);
  const special = followListDirectives(before as JsonObject[], change as JsonObject[], field.mergeKey);
  const merged = mergeByKey(special.before, special.change, field.mergeKey, field.item);
  return orderMerged(partition(merged, special.change, field.mergeKey), special.change, special.before, field.mergeKey);
}

function followListDirectives(
  before: JsonObject[],
  change: JsonObject[],
  mergeKey: string,
): { before: JsonObject[]; change: JsonObject[] } {
  const plain: JsonObject[] = [];
  let kept = before;
  let replace = false;
  for (const item of change) {
    if (!Object.hasOwn(item, DIRECTIVE)) {
      plain.push(item);
    } else if (item[DIRECTIVE] === "delete") {
      const gone = keyOf(item, mergeKey);
      kept = kept.filter((one) => one[mergeKey] !== gone);
    } else if (item[DIRECTIVE] === "replace") {
      replace = true;
    } else if (item[DIRECTIVE] === "merge") {
      throw patchFailed("merging lists cannot yet be specified in the patch");
    } else {
      throw patchFailed(`unknown patch type: ${goFormat(item[DIRECTIVE])} in map: ${goFormat(item)}`);
    }
  }
  return replace ? { before: plain, change: [] } : { before: kept, change: plain };
}

function mergeByKey(before: JsonObject[], change: JsonObject[], mergeKey: string, meta: StructMeta): JsonObject[] {
  const merged = [...before];
  for (const item of change) {
    const key = keyOf(item, mergeKey);
    const at = merged.findIndex((one) => one[mergeKey] === key);
    const same = merged[at];
    if (same === undefined) merged.push(item);
    else merged[at] = mergeObjects(same, item, meta);
  }
  return merged;
}

function keyOf(item: JsonObject, mergeKey: string): unknown {
  if (Object.hasOwn(item, mergeKey)) return item[mergeKey];
  throw patchFailed(`map: ${goFormat(item)} does not contain declared merge key: ${mergeKey}`);
}

/** Takes a value that is new, or of another type than before, without its nulls and directives. */
function take(original: JsonObject, key: string, value: unknown): void {
  if (isJsonObject(value) && Object.hasOwn(value, DIRECTIVE)) delete original[key];
  else setOwn(original, key, withoutDirectives(withoutNulls(value)));
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (const one of value) withoutNulls(one);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else withoutNulls(value[key]);
    }
  }
  return value;
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => !isDirective(one)).map(withoutDirectives);
  if (!isJsonObject(value)) return value;
  for (const key of Object.keys(value)) {
    if (isDirective(value[key])) delete value[key];
    else setOwn(value, key, withoutDirectives(value[key]));
  }
  return value;
}

function isDirective(value: unknown): boolean {
  return isJsonObject(value) && Object.hasOwn(value, DIRECTIVE);
}

function asList(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  throw patchFailed(`expected a []interface {}, but received a ${goType(value)}`);
}

function targetOf(directive: string, prefix: string): string {
  if (directive.startsWith(`${prefix}/`)) return directive.slice(prefix.length + 1);
  throw badRequest(
    prefix === ORDER_PREFIX ? "invalid patch format of setElementOrder list" : "invalid patch format of primitive list",
  );
}
