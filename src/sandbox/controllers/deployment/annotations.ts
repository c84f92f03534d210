import type { Deployment, ReplicaSet } from "../kinds.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS, REVISION, REVISION_HISTORY } from "./annotation-names.ts";
import { maxSurge } from "./rolling.ts";

/** What a Deployment's annotations do not hand down to its ReplicaSets. */
const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

type Annotations = Record<string, string>;

/** A ReplicaSet's revision number; 0 without one. */
export function revisionOf(replicaSet: ReplicaSet): number {
  return Number(replicaSet.metadata.annotations?.[REVISION] ?? 0) || 0;
}

/** The two annotations that proportional scaling reads back. */
export function sizeAnnotations(deployment: Deployment): Annotations {
  const replicas = deployment.spec.replicas ?? 1;
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + maxSurge(deployment)) };
}

/**
 * Annotations of a Deployment's new ReplicaSet: the Deployment's own, its revision, the earlier revisions that it had,
 * and, when it is being made, the sizes.
 */
export function newReplicaSetAnnotations(
  deployment: Deployment,
  existing: Annotations | undefined,
  revision: number,
): Annotations {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const annotations: Annotations = { ...existing, ...Object.fromEntries(copied) };
  const earlier = annotations[REVISION];
  if (earlier === undefined || Number(earlier) < revision) {
    annotations[REVISION] = String(revision);
    if (existing !== undefined && earlier !== undefined) {
      const history = annotations[REVISION_HISTORY];
      annotations[REVISION_HISTORY] = history === undefined ? earlier : `${history},${earlier}`;
    }
  }
  return existing === undefined ? { ...annotations, ...sizeAnnotations(deployment) } : annotations;
}
