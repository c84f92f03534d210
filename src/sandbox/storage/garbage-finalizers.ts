import type { DeleteOptions } from "./registry.ts";

/** Finalizers by which the garbage collector knows what becomes of the dependents. */
export const ORPHAN_FINALIZER = "orphan";
export const FOREGROUND_FINALIZER = "foregroundDeletion";

/**
 * The finalizers that a delete leaves on the object for its propagation policy:
 * https://github.com/kubernetes/apiserver/blob/master/pkg/registry/generic/registry/store.go (deletionFinalizersForGarbageCollection)
 */
export function deletionFinalizers(
  current: readonly string[],
  policy: DeleteOptions["propagationPolicy"],
  orphansByDefault: boolean,
): readonly string[] {
  const wanted = finalizerFor(current, policy, orphansByDefault);
  const others = current.filter((name) => name !== ORPHAN_FINALIZER && name !== FOREGROUND_FINALIZER);
  const kept = wanted === undefined ? others : [...others, wanted];
  const unchanged = kept.length === current.length && kept.every((name) => current.includes(name));
  return unchanged ? current : kept;
}

function finalizerFor(
  current: readonly string[],
  policy: DeleteOptions["propagationPolicy"],
  orphansByDefault: boolean,
): string | undefined {
  if (policy === "Orphan") return ORPHAN_FINALIZER;
  if (policy === "Foreground") return FOREGROUND_FINALIZER;
  if (policy === "Background") return undefined;
  if (current.includes(ORPHAN_FINALIZER)) return ORPHAN_FINALIZER;
  if (current.includes(FOREGROUND_FINALIZER)) return FOREGROUND_FINALIZER;
  return orphansByDefault ? ORPHAN_FINALIZER : undefined;
}
