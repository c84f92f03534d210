import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";

/** A deep copy of plain JSON data; several times faster than structuredClone. */
export function cloneJson<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneJson) as T;
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const name of Object.keys(value)) copy[name] = cloneJson(value[name]);
  return copy as T;
}

/** Whether two JSON values are the same; the order of an object's fields does not matter. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalJson(item, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => name in right && equalJson(left[name], right[name]));
}

/**
 * Whether a write would change nothing but the times in `managedFields`: such a write is not made, and the object
 * keeps its version, as upstream's field manager decides.
 */
export function equalButTimes(left: ApiObject, right: ApiObject): boolean {
  const { metadata: leftMetadata, ...leftRest } = left;
  const { metadata: rightMetadata, ...rightRest } = right;
  if (!equalJson(leftRest, rightRest)) return false;
  const { managedFields: leftManaged = [], ...leftOther } = leftMetadata;
  const { managedFields: rightManaged = [], ...rightOther } = rightMetadata;
  if (!equalJson(leftOther, rightOther)) return false;
  const timeless = (entries: typeof leftManaged) => entries.map(({ time: _time, ...entry }) => entry);
  return equalJson(timeless(leftManaged), timeless(rightManaged));
}

/** The object under `value`, or an empty one that is not attached. */
export function fieldsOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
