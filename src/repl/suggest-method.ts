import { nearest } from "../core/nearest.ts";
import type { ClusterHandle } from "../runtime/cluster.ts";
import { handleOf, membersOf, partOf } from "./complete.ts";

/** What was meant by a method that does not exist, `k8s.top.pod()`; undefined where nothing is near. */
export function suggestMethod(error: unknown, k8s: ClusterHandle): string | undefined {
  if (!(error instanceof TypeError)) return undefined;
  const [, chain = "", typed = ""] = /^(k8s(?:\.[\w$]+)*)\.([\w$]+) is not a function/.exec(error.message) ?? [];
  const handle = handleOf(chain, k8s);
  const owner = handle === undefined ? partOf(chain, k8s) : ownerOf(handle);
  const meant = nearest(typed, membersOf(owner));
  return meant === undefined ? undefined : `Did you mean ${chain}.${meant}?`;
}

function ownerOf({ cluster, resource }: NonNullable<ReturnType<typeof handleOf>>): object {
  return resource === undefined ? cluster : cluster.resource(resource);
}
