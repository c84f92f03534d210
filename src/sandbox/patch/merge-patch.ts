import { isJsonObject, type JsonObject } from "../model/object.ts";
import { cloneJson, getOwn, setOwn } from "./json-value.ts";
import type { ApplyPatch } from "./patch.ts";
import { cannotDecodePatch } from "./patch-errors.ts";

/**
 * JSON merge patch (RFC 7386), with the server's one extension: nulls inside objects that the patch brings anew are
 * dropped, within lists too.
 */
export const applyMergePatch: ApplyPatch = (current, patch) => {
  if (!isJsonObject(patch)) throw cannotDecodePatch(patch, "Go value of type map[string]interface {}");
  return mergeObjects(current, patch);
};

function mergeObjects(current: Readonly<JsonObject>, patch: JsonObject): JsonObject {
  const merged: JsonObject = { ...current };
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    const before = getOwn(merged, key);
    if (value === null) delete merged[key];
    else if (isJsonObject(before) && isJsonObject(value)) setOwn(merged, key, mergeObjects(before, value));
    else setOwn(merged, key, withoutNulls(cloneJson(value)));
  }
  return merged;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (const item of value) withoutNulls(item);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else withoutNulls(value[key]);
    }
  }
  return value;
}
