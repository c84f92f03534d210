import type { UnknownObject } from "../core/object.ts";
import { isApiError, KubescriptError } from "../errors.ts";
import { OBJECTS_ANNOTATION, objectKey, parseObjectKey } from "./manifests.ts";
import { objectLabel, type Resources, resourceNameOf } from "./resources.ts";

/** What became of one object. */
export interface ScheduleChange {
  readonly action: "created" | "configured" | "unchanged" | "pruned";
  readonly object: UnknownObject;
}

export interface ApplyScheduleOptions {
  /** Only validates on the server; nothing is stored. Default false. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Applies a schedule's manifests, server-side and in order; objects that an earlier version of the schedule had and this
 * one has not are removed at the end. Every object is first tried as a dry run, so that what the server would refuse
 * stops the whole before its first write; what was created is removed again when a later write fails.
 */
export async function applySchedule(
  resources: Resources,
  manifests: readonly UnknownObject[],
  options: ApplyScheduleOptions = {},
): Promise<ScheduleChange[]> {
  const { signal } = options;
  const client = (object: UnknownObject) => resources(resourceNameOf(object), object.metadata?.namespace);
  for (const object of manifests) await client(object).dryRun().apply(object, { force: true, signal });
  if (options.dryRun) return manifests.map((object) => ({ action: "unchanged", object }));

  const cronJob = manifests.at(-1);
  const before = cronJob && (await client(cronJob).find(cronJob.metadata?.name ?? "", { signal }));
  const changes: ScheduleChange[] = [];
  try {
    for (const object of manifests) {
      const old = await client(object).find(object.metadata?.name ?? "", { signal });
      const applied = await client(object).apply(object, { force: true, signal });
      const same = old?.metadata?.resourceVersion === applied.metadata?.resourceVersion;
      changes.push({ action: old === undefined ? "created" : same ? "unchanged" : "configured", object: applied });
    }
  } catch (error) {
    const left = await rollBack(resources, changes);
    throw left.length === 0 ? error : incomplete(error, left);
  }
  return [...changes, ...(await prune(resources, before, manifests, signal))];
}

/** Removes what this call created, the last first; returns what could not be removed. */
async function rollBack(resources: Resources, changes: readonly ScheduleChange[]): Promise<UnknownObject[]> {
  const left: UnknownObject[] = [];
  for (const { action, object } of [...changes].reverse()) {
    if (action !== "created") continue;
    try {
      await resources(resourceNameOf(object), object.metadata?.namespace).delete(object.metadata?.name ?? "");
    } catch (error) {
      if (!(isApiError(error) && error.httpStatus === 404)) left.push(object);
    }
  }
  return left;
}

function incomplete(cause: unknown, left: readonly UnknownObject[]): KubescriptError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KubescriptError("API", `Cannot finish the schedule: ${why}`, {
    cause,
    hint: `These were created and could not be removed again: ${left.map(objectLabel).join(", ")}`,
  });
}

async function prune(
  resources: Resources,
  before: UnknownObject | undefined,
  manifests: readonly UnknownObject[],
  signal: AbortSignal | undefined,
): Promise<ScheduleChange[]> {
  const kept = new Set(manifests.map(objectKey));
  const pruned: ScheduleChange[] = [];
  for (const line of before?.metadata?.annotations?.[OBJECTS_ANNOTATION]?.split("\n") ?? []) {
    const key = parseObjectKey(line);
    if (key === undefined || kept.has(line)) continue;
    try {
      await resources(resourceNameOf(key), key.namespace).delete(key.name, { signal });
    } catch (error) {
      if (isApiError(error) && error.httpStatus === 404) continue;
      throw error;
    }
    const { apiVersion, kind, name, namespace } = key;
    pruned.push({
      action: "pruned",
      object: { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
    });
  }
  return pruned;
}
