import { deferred } from "../../core/deferred.ts";
import { isApiError, isKubescriptError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Pod } from "../../types/core-v1.ts";

/** Tells when pods of a node are gone. */
export interface Departures {
  /** Resolves when that pod is gone, or another has its name; rejects when the watch cannot go on. */
  gone(pod: Pod): Promise<void>;
}

/** How often is looked where watching is not allowed: kubectl's own. */
const LOOK_MS = 1000;

/** One watch for all pods that leave a node, until the signal is aborted; who may only list them looks again and again. */
export function watchDepartures(
  pods: ResourceClient<Pod>,
  node: string,
  leaving: readonly Pod[],
  signal: AbortSignal,
): Departures {
  const awaited = new Map(leaving.map((pod) => [uidOf(pod), deferred<void>()]));
  const uidByName = new Map(leaving.map((pod) => [nameOf(pod), uidOf(pod)]));
  const fields = { "spec.nodeName": node };
  const look = async (): Promise<void> => {
    for (;;) {
      try {
        const present = new Set((await pods.list({ fields, signal })).map(uidOf));
        for (const [uid, { resolve }] of awaited) if (!present.has(uid)) resolve();
      } catch (error) {
        if (!isKubescriptError(error) || !error.retryable) throw error;
      }
      await pods.timing.sleep(LOOK_MS, signal);
    }
  };
  const follow = async (): Promise<void> => {
    const seen = new Set<string>();
    for await (const event of pods.watch({ fields, signal })) {
      if (event.type === "DESYNCED") continue;
      if (event.type === "SYNCED") {
        for (const [uid, { resolve }] of awaited) if (!seen.has(uid)) resolve();
        continue;
      }
      const uid = uidOf(event.object);
      if (event.type === "DELETED") {
        awaited.get(uid)?.resolve();
        continue;
      }
      seen.add(uid);
      const before = uidByName.get(nameOf(event.object));
      if (before !== undefined && before !== uid) awaited.get(before)?.resolve();
    }
  };
  const unlessForbidden = async (error: unknown): Promise<void> => {
    if (!isApiError(error) || error.httpStatus !== 403) throw error;
    await look();
  };
  follow()
    .catch(unlessForbidden)
    .catch((error: unknown) => {
      for (const { reject } of awaited.values()) reject(error);
    });
  return { gone: (pod) => awaited.get(uidOf(pod))?.promise ?? Promise.resolve() };
}

function uidOf(pod: Pod): string {
  return pod.metadata?.uid ?? "";
}

function nameOf(pod: Pod): string {
  return `${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""}`;
}
