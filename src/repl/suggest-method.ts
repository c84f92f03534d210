import { nearest } from "../core/nearest.ts";
import type { ClusterHandle } from "../runtime/cluster.ts";
import { handleOf, membersOf, partOf } from "./complete.ts";

/** What was meant by a method that does not exist, `k8s.top.pod()`, `k8s.get("pods")`; undefined where nothing is near. */
export function suggestMethod(error: unknown, k8s: ClusterHandle): string | undefined {
  if (!(error instanceof TypeError)) return undefined;
  const [, chain = "", typed = ""] = /^(k8s(?:\.[\w$]+)*)\.([\w$]+) is not a function$/.exec(error.message) ?? [];
  const handle = handleOf(chain, k8s);
  const members = membersOf(handle === undefined ? partOf(chain, k8s) : ownerOf(handle));
  // kubectl has the verb before the resource.
  if (handle?.resource === undefined && handle !== undefined && !members.includes(typed)) {
    const verbs = membersOf(handle.cluster.resource("pods"));
    if (verbs.includes(typed))
      return `It is a verb of a resource: ${chain}.pods.${typed}, ${chain}.deployments.${typed} …`;
  }
  const meant = nearest(typed, members);
  return meant === undefined || meant === typed ? undefined : `Did you mean ${chain}.${meant}?`;
}

function ownerOf({ cluster, resource }: NonNullable<ReturnType<typeof handleOf>>): object {
  return resource === undefined ? cluster : cluster.resource(resource);
}
