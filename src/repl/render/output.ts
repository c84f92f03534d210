import { inspect } from "node:util";
import type { KubernetesObject } from "../../core/object.ts";
import { formatYaml } from "../../core/yaml.ts";
import { UsageError } from "../../errors.ts";
import { deedOf } from "../../resources/deeds.ts";
import { ResourceList } from "../../resources/list.ts";
import { isPrintedAs } from "../../resources/printed.ts";
import { isObjectDiff, objectDiffsText } from "./diff.ts";

/** `-o`: how a result is written. */
export type OutputFormat =
  | { readonly type: "json" | "yaml" | "name" }
  | { readonly type: "table"; readonly wide: boolean }
  | { readonly type: "jsonpath"; readonly template: string };

/** Reads the value of `-o`. Throws UsageError for one that is not known. */
export function parseOutputFormat(text: string): OutputFormat {
  if (text === "json" || text === "yaml" || text === "name") return { type: text };
  if (text === "table" || text === "wide") return { type: "table", wide: text === "wide" };
  if (text.startsWith("jsonpath=")) return { type: "jsonpath", template: text.slice("jsonpath=".length) };
  throw new UsageError("USAGE", `Cannot write "${text}": there is no such output format`, {
    hint: "Use -o json, yaml, table, wide, name or jsonpath=TEMPLATE.",
  });
}

/** Where and how results are written. */
export interface RenderOptions {
  readonly format: OutputFormat;
  readonly color: boolean;
  /** Milliseconds since the epoch, for ages. */
  readonly now: number;
  /** Texts as JavaScript literals, as a prompt shows them. Default false. */
  readonly quoted?: boolean;
}

/** A result as text without a final newline; undefined when there is nothing to print. */
export async function render(value: unknown, options: RenderOptions): Promise<string | undefined> {
  if (value === undefined) return undefined;
  switch (options.format.type) {
    case "json":
      return jsonText(value);
    case "yaml":
      return formatYaml(jsonValue(value)).trimEnd();
    case "name":
      return nameLines(value);
    case "jsonpath":
      return jsonPathText(value, options.format.template);
    case "table":
      return tableText(value, options.format.wide, options);
  }
}

/** The API's list object for a list, the text for what a command printed; anything else as it is. */
export function plain(value: unknown): unknown {
  if (value instanceof ResourceList) return value.toListObject();
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>);
  if (value instanceof Set) return [...value];
  if (isCommandOutput(value)) return value.stdout.trimEnd();
  return value;
}

/** JSON on several lines, or on one. */
export function jsonText(value: unknown, indent = 2): string {
  try {
    return JSON.stringify(plain(value), writable, indent) ?? "null";
  } catch (cause) {
    if (!(cause instanceof TypeError) || !cause.message.includes("circular")) throw cause;
    throw new UsageError("INVALID_INPUT", "Cannot write the result: it refers to itself", {
      hint: "Give a part of it, or look at it with -o table.",
    });
  }
}

/** The value as JSON has it, so that every format holds the same. */
function jsonValue(value: unknown): unknown {
  return JSON.parse(jsonText(value, 0));
}

/** What JSON has no words for, or would leave empty. */
function writable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error && !isCommandOutput(value)) {
    const { name, message } = value;
    return "code" in value ? { name, message, code: value.code } : { name, message };
  }
  return plain(value);
}

/** What `$` of zx resolves to: an Error by its class, whether it failed or not. */
function isCommandOutput(value: unknown): value is { readonly stdout: string } {
  if (typeof value !== "object" || value === null || !("stdout" in value && "stderr" in value)) return false;
  return "exitCode" in value && value instanceof Error && typeof value.stdout === "string";
}

function nameLines(value: unknown): string | undefined {
  const objects = listedObjects(value);
  if (objects.length === 0) return undefined;
  return objects
    .map((one) => {
      // What became of an object, as apply and delete report it, holds the object.
      const object = isReported(one) ? one.object : one;
      if (!isObject(object) || !object.metadata?.name) {
        throw new UsageError("USAGE", "Cannot write names: the result holds something that is no object of the API");
      }
      const [group = ""] = object.apiVersion?.includes("/") ? object.apiVersion.split("/") : [""];
      const kind = (object.kind ?? "").toLowerCase();
      return `${kind}${group === "" ? "" : `.${group}`}/${object.metadata.name}`;
    })
    .join("\n");
}

function isReported(value: unknown): value is { readonly object: unknown } {
  return typeof value === "object" && value !== null && "action" in value && "object" in value;
}

/** The objects of an array, of a list as the API sends it, of a watch's event; else the value alone. */
function listedObjects(value: unknown): unknown[] {
  if (isPrintedAs(value)) return [...value.printedAs().rows];
  if (Array.isArray(value)) return value;
  if (isObject(value) && "items" in value && Array.isArray(value.items) && value.kind?.endsWith("List")) {
    const type = { apiVersion: value.apiVersion, kind: value.kind.slice(0, -"List".length) };
    return value.items.map((item: object) => ({ ...type, ...item }));
  }
  return [value];
}

async function jsonPathText(value: unknown, template: string): Promise<string> {
  const { formatJsonPath } = await import("../../core/jsonpath.ts");
  // The same value as in JSON.
  return formatJsonPath(template, isPrintedAs(value) ? jsonValue(value) : plain(value));
}

async function tableText(result: unknown, wide: boolean, options: RenderOptions): Promise<string> {
  const value = isCommandOutput(result) ? plain(result) : result;
  if (isPrintedAs(value)) {
    const { rows, notes } = value.printedAs();
    const table = rows.length === 0 ? [] : [await tableText(rows, wide, options)];
    return [...table, ...notes].join("\n");
  }
  if (Array.isArray(value)) {
    const { objectTable, recordTable } = await import("./table.ts");
    const items = value as unknown[];
    const told = await deedOf(value);
    if (told !== undefined) return told;
    if (items.length > 0 && items.every(isObject)) return objectTable(items, { wide, now: options.now });
    if (value instanceof ResourceList) return nothingFound(value);
    if (items.length > 0 && items.every(isObjectDiff)) return objectDiffsText(items, options.color);
    return recordTable(items) ?? inspected(value, options);
  }
  if (isObject(value)) return (await deedOf(value)) ?? formatYaml(withoutBookkeeping(value)).trimEnd();
  if (isObjectDiff(value)) return objectDiffsText([value], options.color);
  if (typeof value === "string" && (options.quoted !== true || value.includes("\n"))) return value.replace(/\n$/, "");
  return inspected(value, options);
}

function nothingFound({ namespace }: ResourceList<unknown>): string {
  return namespace === undefined ? "No resources found" : `No resources found in ${namespace} namespace.`;
}

function inspected(value: unknown, options: RenderOptions): string {
  const methods = methodsOf(value);
  if (methods !== undefined) return methods;
  return inspect(value, { colors: options.color, depth: 6, maxArrayLength: 100, maxStringLength: 10_000 });
}

/** What can be called on something that holds nothing to look at, such as `k8s.deployments.rollout`; else undefined. */
function methodsOf(value: unknown): string | undefined {
  if (Object.prototype.toString.call(value) !== "[object Object]") return undefined;
  const object = value as object;
  const prototype: unknown = Object.getPrototypeOf(object);
  const empty = Reflect.ownKeys(object).length === 0 && !(inspect.custom in object);
  if (!empty || prototype === null || prototype === Object.prototype) return undefined;
  const names = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  return names.length === 0 ? undefined : `${object.constructor?.name ?? "Object"}: ${names.sort().join(", ")}`;
}

/** managedFields, as kubectl leaves them out of what people read. */
function withoutBookkeeping(object: KubernetesObject): KubernetesObject {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Whether a value is an object of the API. */
export function isObject(value: unknown): value is KubernetesObject {
  if (typeof value !== "object" || value === null) return false;
  const { kind, apiVersion, metadata } = value as KubernetesObject;
  return typeof kind === "string" && typeof apiVersion === "string" && typeof metadata === "object";
}
