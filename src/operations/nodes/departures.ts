import { deferred } from "../../core/deferred.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Pod } from "../../types/core-v1.ts";

/** Tells when pods of a node are gone. */
export interface Departures {
  /** Resolves when that pod is gone, or another has its name; rejects when the watch cannot go on. */
  gone(pod: Pod): Promise<void>;
}

/** One watch for all pods that leave a node, until the signal is aborted. */
export function watchDepartures(
  pods: ResourceClient<Pod>,
  node: string,
  leaving: readonly Pod[],
  signal: AbortSignal,
): Departures {
  const awaited = new Map(leaving.map((pod) => [uidOf(pod), deferred<void>()]));
  const uidByName = new Map(leaving.map((pod) => [nameOf(pod), uidOf(pod)]));
  const follow = async (): Promise<void> => {
    const seen = new Set<string>();
    for await (const event of pods.watch({ fields: { "spec.nodeName": node }, signal })) {
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
  follow().catch((error: unknown) => {
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
