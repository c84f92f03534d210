import type { KubernetesObject } from "../../core/object.ts";
import { groupVersion } from "../../core/path.ts";
import { KubescriptError, TimeoutError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { deadline } from "../../resources/deadline.ts";
import type { CallScope } from "../../resources/options.ts";
import { objectNamespace, requireName, scopeOf } from "../../resources/scope.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { statusOf } from "../wait/conditions.ts";
import { explainTrouble } from "../wait/explain-trouble.ts";
import { isBehind } from "../wait/named-condition.ts";
import { REVISION_ANNOTATION } from "./revisions.ts";
import { type RolloutStatus, rolloutStatus } from "./status.ts";

/** Resources that roll out. */
export const ROLLOUT_RESOURCES: readonly string[] = ["deployments.apps", "daemonsets.apps", "statefulsets.apps"];

export interface RolloutWaitOptions extends CallScope {
  /** Default, and for 0: no limit but the signal; a Deployment that does not move fails by its own progress deadline. */
  readonly timeoutMs?: number | undefined;
  /**
   * Of a Deployment: fails as soon as it is at another revision, because of a change in the meantime say. Default, and for
   * 0: whichever is the newest.
   */
  readonly revision?: number | undefined;
}

export interface RolloutStatusOptions extends RolloutWaitOptions {
  /** Whether to go on until the rollout is done. Default true; `false` tells the present state alone. */
  readonly watch?: boolean | undefined;
}

/** How far a rollout is. */
export interface RolloutProgress {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly done: boolean;
  /** `1 of 3 new replicas have been updated`. */
  readonly message: string;
}

/** Each step of a rollout with the object in that state; steps that read alike are told once. */
export async function* followRollout<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: RolloutStatusOptions = {},
): AsyncGenerator<{ readonly progress: RolloutProgress; readonly object: T }, void, undefined> {
  const action = "follow the rollout of";
  await requireResourceOf(client, action, name, ROLLOUT_RESOURCES);
  const resource = await client.resource();
  requireName(resource, action, name);
  objectNamespace(resource, scopeOf(client.scope, options.namespace), action, name);
  const label = `the rollout of ${resource.name} "${name}"`;
  const { timeoutMs = 0, namespace, revision = 0, watch = true } = options;
  if (revision !== 0) await requireRevision(client, label, name, revision);
  // What the handle's writes would roll out does not come: the present state is all there is to tell.
  const tried = client.storesNothing;
  let message = "";
  let last: T | undefined;
  const limit = deadline(client.timing, options.signal, timeoutMs, () => LATE);
  try {
    for await (const object of states(client, name, label, namespace, limit.signal)) {
      last = object;
      const other = revision === 0 ? undefined : otherRevision(object, revision);
      if (other !== undefined && !tried) throw failed(label, `it is at revision ${other}, not ${revision}`);
      const status = rolloutStatus(object);
      if (status.type === "failed" && !tried) {
        throw failed(label, `${status.reason}${await trouble(client, object, options.signal)}`);
      }
      const next = messageOf(status);
      if (next !== message) {
        message = next;
        const { kind = "", metadata } = object;
        const done = status.type === "done";
        yield { progress: { kind, namespace: metadata?.namespace, name, done, message }, object };
      }
      if (status.type === "done" || !watch || tried) return;
    }
  } catch (error) {
    if (error !== LATE) throw error;
    const far = `${message === "" ? "" : `: ${message}`}${await trouble(client, last, options.signal)}`;
    throw new TimeoutError(`Timed out after ${timeoutMs / 1000} s waiting for ${label}${far}`);
  } finally {
    limit.end();
  }
}

/** The revision that an object is at instead; undefined where it is the one, or not numbered since its latest change. */
function otherRevision(object: KubernetesObject, revision: number): string | undefined {
  const at = object.metadata?.annotations?.[REVISION_ANNOTATION] ?? "0";
  return isBehind(object, statusOf(object).observedGeneration ?? 0) || at === String(revision) ? undefined : at;
}

async function requireRevision<T extends KubernetesObject>(
  client: ResourceClient<T>,
  label: string,
  name: string,
  revision: unknown,
): Promise<void> {
  await requireResourceOf(client, "follow one revision of", name, ["deployments.apps"]);
  if (typeof revision === "number" && Number.isInteger(revision) && revision > 0) return;
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot wait for ${label}: ${String(revision)} is not the number of a revision`,
  );
}

function messageOf(status: RolloutStatus): string {
  if (status.type === "done") return "successfully rolled out";
  return status.type === "pending" ? status.progress : status.reason;
}

/** Ends the watch when the time is up. */
const LATE: TimeoutError = new TimeoutError("Timed out");

/** Why the pods do not come, a line each. */
async function trouble<T extends KubernetesObject>(
  client: ResourceClient<T>,
  object: T | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (object === undefined) return "";
  const lines = await explainTrouble(client, object, signal);
  return lines.map((line) => `\n  ${line}`).join("");
}

/**
 * Follows a rollout to its end and returns the object. On a handle that stores nothing it is the object as it is, or its
 * name alone where it is still to be made.
 */
export async function awaitRollout<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: RolloutWaitOptions = {},
): Promise<T> {
  let last: T | undefined;
  const resource = await client.resource();
  const task = client.showProgress(`rollout of ${resource.name} "${name}"`);
  try {
    for await (const { object, progress } of followRollout(client, name, options)) {
      task.update(progress.message);
      last = object;
    }
  } finally {
    task.end();
  }
  return last ?? ({ apiVersion: groupVersion(resource), kind: resource.kind, metadata: { name } } as T);
}

/** Every state of one object from the present on; fails where there is none, or no more. */
async function* states<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  label: string,
  namespace: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  let uid: string | undefined;
  for await (const event of client.watch({ fields: { "metadata.name": name }, namespace, signal })) {
    if (event.type === "DESYNCED") continue;
    if (event.type === "SYNCED") {
      if (uid === undefined && client.storesNothing) return;
      if (uid === undefined) throw failed(label, "it does not exist");
      continue;
    }
    if (event.type === "DELETED") throw failed(label, "it was deleted");
    uid ??= event.object.metadata?.uid;
    if (event.object.metadata?.uid !== uid) throw failed(label, "it was replaced by another of its name");
    yield event.object;
  }
}

function failed(label: string, reason: string): KubescriptError {
  return new KubescriptError("WAIT_FAILED", `Cannot wait for ${label}: ${reason}`);
}
