import { isJsonObject, type JsonObject } from "../model/object.ts";
import { StatusError } from "../model/status-error.ts";
import { cloneJson, equalJson, getOwn, setOwn } from "./json-value.ts";
import type { ApplyPatch } from "./patch.ts";
import { cannotDecodePatch, patchDoesNotApply, patchedIsNoObject } from "./patch-errors.ts";

const MAX_OPERATIONS = 10_000;
/** Bytes that all copies of one patch may add: a few operations could else double the document for ever. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/**
 * JSON patch (RFC 6902) as the server's library has it: `replace` of an absent key adds it, negative indices count
 * from the end, a null and an absent value are equal to `test`.
 * https://github.com/evanphx/json-patch (version 4)
 */
export const applyJsonPatch: ApplyPatch = (current, patch) => {
  const operations = decode(patch);
  const document: Document = { root: cloneJson(current), copiedBytes: 0 };
  for (const operation of operations) apply(document, operation);
  if (!isJsonObject(document.root)) throw patchedIsNoObject(document.root);
  return document.root;
};

interface Operation {
  readonly op: unknown;
  readonly path: string | undefined;
  readonly from: string | undefined;
  /** Null where there is none. */
  readonly value: unknown;
}

interface Document {
  root: unknown;
  copiedBytes: number;
}

function decode(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) throw cannotDecodePatch(patch, "Go value of type []handlers.jsonPatchOp");
  const operations = patch.map((one: unknown) => {
    if (one === null) return { op: undefined, path: undefined, from: undefined, value: null };
    if (!isJsonObject(one)) throw cannotDecodePatch(one, "Go value of type handlers.jsonPatchOp");
    return { op: text(one, "op"), path: text(one, "path"), from: text(one, "from"), value: one.value ?? null };
  });
  if (operations.length > MAX_OPERATIONS) {
    const why = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`;
    throw new StatusError(413, "RequestEntityTooLarge", `Request entity too large: ${why}`);
  }
  return operations;
}

function text(operation: JsonObject, field: string): string | undefined {
  const value = operation[field] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw cannotDecodePatch(value, `Go struct field jsonPatchOp.${field} of type string`);
}

function apply(document: Document, operation: Operation): void {
  const { path, from } = operation;
  if (path === undefined) throw patchDoesNotApply();
  switch (operation.op) {
    case "add":
      locate(document, path).add(operation.value);
      break;
    case "remove":
      locate(document, path).remove();
      break;
    case "replace":
      replace(document, path, operation.value);
      break;
    case "move": {
      const source = locate(document, from);
      const value = source.get();
      source.remove();
      locate(document, path).add(value);
      break;
    }
    case "copy":
      locate(document, path).add(copyOf(document, locate(document, from).get()));
      break;
    case "test": {
      const value = path === "" ? document.root : locate(document, path).get();
      if (!equalJson(value, operation.value)) throw patchDoesNotApply();
      break;
    }
    default:
      throw patchDoesNotApply();
  }
}

function copyOf(document: Document, value: unknown): unknown {
  document.copiedBytes += Buffer.byteLength(JSON.stringify(value));
  if (document.copiedBytes > MAX_COPIED_BYTES) throw patchDoesNotApply();
  return cloneJson(value);
}

function replace(document: Document, path: string, value: unknown): void {
  if (path !== "") {
    locate(document, path).set(value);
  } else if (typeof value === "object" && value !== null) {
    document.root = value;
  } else {
    throw patchDoesNotApply();
  }
}

/** One place in a document whose container exists; every method throws where the server's would fail. */
interface Place {
  /** The value, null where an object lacks the key. */
  get(): unknown;
  /** Sets an object's key; inserts into a list. */
  add(value: unknown): void;
  /** Sets an object's key, present or not; overwrites a list's item. */
  set(value: unknown): void;
  remove(): void;
}

function locate(document: Document, pointer: string | undefined): Place {
  const segments = pointer?.split("/") ?? [];
  if (segments.length < 2) throw patchDoesNotApply();
  const keys = segments.slice(1).map((one) => one.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop() ?? "";
  let container = document.root;
  for (const key of keys) container = placeIn(container, key).get();
  return placeIn(container, last);
}

function placeIn(container: unknown, key: string): Place {
  if (Array.isArray(container)) return itemOf(container, key);
  if (isJsonObject(container)) return fieldOf(container, key);
  throw patchDoesNotApply();
}

function fieldOf(object: JsonObject, key: string): Place {
  return {
    get: () => getOwn(object, key) ?? null,
    add: (value) => setOwn(object, key, value),
    set: (value) => setOwn(object, key, value),
    remove: () => {
      if (!Object.hasOwn(object, key)) throw patchDoesNotApply();
      delete object[key];
    },
  };
}

function itemOf(list: unknown[], key: string): Place {
  const index = (length: number): number => {
    if (!/^[+-]?\d+$/.test(key)) throw patchDoesNotApply();
    const number = Number(key) < 0 ? Number(key) + length : Number(key);
    if (number < 0 || number >= length) throw patchDoesNotApply();
    return number;
  };
  return {
    get: () => list[index(list.length)],
    add: (value) => {
      list.splice(key === "-" ? list.length : index(list.length + 1), 0, value);
    },
    set: (value) => {
      list[index(list.length)] = value;
    },
    remove: () => {
      list.splice(index(list.length), 1);
    },
  };
}
