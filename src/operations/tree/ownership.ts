import { byText } from "../../core/by-text.ts";
import type { OwnedObject } from "./list-owned.ts";

/** An object with those that it owns, by uid. An object of several owners stands below each. */
export interface Ownership<N> {
  readonly object: N;
  readonly dependents: readonly Ownership<OwnedObject>[];
  /** Its dependents stand where it came first: another owner has it too, or owners go round in a circle. */
  readonly repeated: boolean;
}

/** What stands below an object among those that have owners. Names in order, kinds together. */
export function dependentsOf<N extends { readonly uid: string }>(root: N, all: Iterable<OwnedObject>): Ownership<N> {
  const byOwner = new Map<string, Map<string, OwnedObject>>();
  for (const one of all) {
    for (const { uid } of one.owners) {
      const owned = byOwner.get(uid) ?? new Map<string, OwnedObject>();
      // The same object may be served by several groups.
      if (!owned.has(one.uid)) owned.set(one.uid, one);
      byOwner.set(uid, owned);
    }
  }
  const seen = new Set<string>();
  const grow = <O extends { readonly uid: string }>(object: O): Ownership<O> => {
    const owned = [...(byOwner.get(object.uid)?.values() ?? [])].sort(byKindAndName);
    const repeated = seen.has(object.uid);
    seen.add(object.uid);
    return { object, repeated: repeated && owned.length > 0, dependents: repeated ? [] : owned.map(grow) };
  };
  return grow(root);
}

function byKindAndName(a: OwnedObject, b: OwnedObject): number {
  return byText(a.kind, b.kind) || byText(a.namespace, b.namespace) || byText(a.name, b.name);
}
