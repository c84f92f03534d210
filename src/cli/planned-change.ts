import type { UnknownObject } from "../core/object.ts";
import { requestInfo } from "../core/request-info.ts";
import { objectDiff } from "../operations/manifests/object-diff.ts";
import { isObject } from "../repl/render/output.ts";
import type { PlannedWrite } from "../transport/plan.ts";

/** What one write would do to one object. */
export interface PlannedChange {
  readonly action: "create" | "change" | "delete" | "evict" | "nothing";
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Unified lines; empty where nothing would change or the answer shows no object. */
  readonly diff: string;
}

/** The changes that a write would make: one, or one for each object of a collection that it deletes. */
export function plannedChanges(write: PlannedWrite): PlannedChange[] {
  const { request, after } = write;
  const { method, path } = request;
  const { resource, subresource, name, namespace } = { ...NO_RESOURCE, ...requestInfo(method, path) };
  if (resource === "pods" && subresource === "eviction" && method === "POST") {
    return [{ action: "evict", kind: "Pod", namespace, name, method, path, diff: "" }];
  }
  const gone = method === "DELETE" ? listOf(after) : undefined;
  return gone === undefined ? [changeOf(write)] : gone.map((one) => changeOf({ ...write, before: one }));
}

/** The objects of a list, which say no kind of their own there; undefined for anything else. */
function listOf(value: unknown): UnknownObject[] | undefined {
  if (typeof value !== "object" || value === null || !("items" in value) || !Array.isArray(value.items))
    return undefined;
  const { apiVersion = "", kind = "", items } = value as UnknownObject & { items: UnknownObject[] };
  return items.map((one) => ({ apiVersion, kind: kind.replace(/List$/, ""), ...one }));
}

const NO_RESOURCE = { resource: "", subresource: "", name: "", namespace: "" };

function changeOf({ request, before, after }: PlannedWrite): PlannedChange {
  const { method, path } = request;
  const old = objectOf(before);
  const made = method === "DELETE" ? undefined : objectOf(after);
  const diff = objectDiff(old, made);
  const { kind, metadata } = made ?? old ?? {};
  const action = method === "DELETE" ? "delete" : old === undefined ? "create" : diff === "" ? "nothing" : "change";
  return { action, kind: kind ?? "", namespace: metadata?.namespace, name: metadata?.name ?? "", method, path, diff };
}

function objectOf(value: unknown): UnknownObject | undefined {
  return isObject(value) && value.kind !== "Status" ? { ...value } : undefined;
}

/** `2 to create, 0 to change, 1 to delete`; evictions only where there are any. */
export function countedChanges(changes: readonly PlannedChange[]): string {
  const count = (action: PlannedChange["action"]): number => changes.filter((one) => one.action === action).length;
  const evictions = count("evict") === 0 ? "" : `, ${count("evict")} to evict`;
  return `${count("create")} to create, ${count("change")} to change, ${count("delete")} to delete${evictions}`;
}
