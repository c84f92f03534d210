import type { VerbOwners } from "../runtime/helper-of.ts";
import { BUILT_IN_RESOURCES } from "../types/built-in-resources.ts";

/** What a helper and a handle have for the operations that stand on them. */
const INTERNAL: ReadonlySet<string> = new Set(
  "discovery hold isDryRun lendTerminal resource scope showProgress signalFor storesNothing timing to toJSON toString transport under".split(
    " ",
  ),
);

const CONTROLLERS = ["deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers"];
const TEMPLATES = [...CONTROLLERS, "pods", "jobs", "cronjobs"];
const REACHED = [...TEMPLATES, "services"];

/** Verbs that few built-in resources have; the compiler holds these to what {@link VerbOwners} says. */
const OWNED = {
  ...each(["cordon", "uncordon", "taint", "drain", "drainPlan"], ["nodes"]),
  ...each(["approve", "deny"], ["certificatesigningrequests"]),
  ...each(["token"], ["serviceaccounts"]),
  ...each(["recent", "follow"], ["events"]),
  ...each(["cp"], ["pods"]),
  ...each(["fetch", "proxyPath"], ["pods", "services", "nodes"]),
  ...each(["rollout"], ["deployments", "daemonsets", "statefulsets"]),
} satisfies { readonly [V in keyof VerbOwners]: readonly VerbOwners[V][] };

/** Verbs that refuse every built-in resource but these. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  ...OWNED,
  ...each(["debug"], ["pods", "nodes"]),
  ...each(["expose"], ["pods", "services", "deployments", "replicasets", "replicationcontrollers"]),
  ...each(["set"], TEMPLATES),
  ...each(["logs", "exec", "attach", "shell", "portForward"], REACHED),
  ...each(["scale", "autoscale"], ["deployments", "statefulsets", "replicasets", "replicationcontrollers"]),
};

/** Verbs that custom resources may have: by their `scale`. */
const BY_SCALE: ReadonlySet<string> = new Set("logs exec attach shell portForward scale autoscale".split(" "));

function each<const V extends string, const R extends string>(
  verbs: readonly V[],
  resources: readonly R[],
): Record<V, readonly R[]> {
  return Object.fromEntries(verbs.map((verb) => [verb, resources])) as Record<V, readonly R[]>;
}

/** Members of a handle that its users call. */
export function publicMembers(members: readonly string[]): string[] {
  return members.filter((name) => name === "resource" || !INTERNAL.has(name));
}

/** Members of a resource's helper that this resource has. */
export function membersFor(resource: string, members: readonly string[]): string[] {
  const plural = BUILT_IN_RESOURCES.find(
    ({ name, group, shortNames }) => [name, `${name}.${group}`].includes(resource) || shortNames.includes(resource),
  )?.name;
  const fits = (verb: string): boolean => {
    const only = Object.hasOwn(ONLY, verb) ? ONLY[verb] : undefined;
    return only === undefined || (plural === undefined ? BY_SCALE.has(verb) : only.includes(plural));
  };
  return members.filter((name) => !INTERNAL.has(name) && fits(name));
}
