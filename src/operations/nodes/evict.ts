import { isApiError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Pod } from "../../types/core-v1.ts";

export interface EvictOptions {
  /** Seconds to end in. Default: the pod's own. */
  readonly gracePeriodSeconds?: number | undefined;
  /** Deletes the pod instead, past every disruption budget. Default false. */
  readonly disableEviction?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the server said to an eviction. */
export type EvictionAnswer =
  | { readonly type: "accepted" }
  | { readonly type: "gone" }
  /** Not now: a disruption budget, or its namespace that is being deleted. */
  | { readonly type: "blocked"; readonly reason: string };

/** Asks once for the eviction of just this pod. Throws what trying again cannot mend. */
export async function evict(pods: ResourceClient<Pod>, pod: Pod, options: EvictOptions): Promise<EvictionAnswer> {
  const { namespace = "", name = "", uid } = pod.metadata ?? {};
  const { gracePeriodSeconds, dryRun, signal } = options;
  const preconditions = uid === undefined ? {} : { uid };
  const place = { namespace, signal, ...(dryRun === undefined ? {} : { dryRun }) };
  try {
    if (options.disableEviction === true) {
      await pods.delete(name, { ...place, gracePeriodSeconds, preconditions });
    } else {
      const eviction = {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name, namespace },
        deleteOptions: { preconditions, ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }) },
      };
      await pods.subresource("eviction").create(name, eviction, place);
    }
    return { type: "accepted" };
  } catch (error) {
    if (!isApiError(error)) throw error;
    if (error.httpStatus === 404) return { type: "gone" };
    const causes = error.status.details?.causes ?? [];
    if (error.httpStatus === 429) {
      const reasons = causes.flatMap(({ message = "" }) => (message === "" ? [] : [message]));
      return { type: "blocked", reason: reasons.join("; ") || (error.status.message ?? error.message) };
    }
    if (causes.some(({ reason }) => reason === "NamespaceTerminating")) {
      return { type: "blocked", reason: `namespace ${namespace} is being deleted` };
    }
    if (error.httpStatus === 409) {
      const live = await pods.find(name, { namespace, signal });
      return live?.metadata?.uid === uid ? { type: "blocked", reason: error.message } : { type: "gone" };
    }
    throw error;
  }
}
