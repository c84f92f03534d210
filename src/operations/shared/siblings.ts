import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { namespaceOf } from "../../resources/scope.ts";
import { BUILT_IN_RESOURCES } from "../../types/built-in-resources.ts";

/** A built-in resource in a namespace (`"*"` for all), over the connection of a client and in the same manner. */
export function sibling<S extends KubernetesObject>(
  client: Pick<ResourceClient<KubernetesObject>, "to">,
  name: string,
  namespace: string,
): ResourceClient<S> {
  const resource = BUILT_IN_RESOURCES.find((one) => groupResource(one) === name);
  if (resource === undefined) throw new TypeError(`${name} is not built in`);
  return client.to<S>(resource, namespace);
}

/** Refuses an operation on a resource that does not have it. `resources` are names with their group. */
export async function requireResourceOf(
  client: Pick<ResourceClient<KubernetesObject>, "resource">,
  action: string,
  name: string,
  resources: readonly string[],
): Promise<void> {
  const resource = groupResource(await client.resource());
  if (resources.includes(resource)) return;
  const plain = resources.map((one) => one.replace(/\..*$/, ""));
  const [last, ...others] = plain.toReversed();
  const has = others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
  throw new UsageError("USAGE", `Cannot ${action} ${resource} "${name}": only ${has} have that`, {
    hint: `Use ${plain.map((one) => `k8s.${one}`).join(", ")}.`,
  });
}

/** A helper's client as that of the one resource that has an operation; refuses it on any other. */
export async function clientOf<S extends KubernetesObject>(
  client: Pick<ResourceClient<KubernetesObject>, "resource" | "scope" | "to">,
  action: string,
  name: string,
  resource: string,
): Promise<ResourceClient<S>> {
  await requireResourceOf(client, action, name, [resource]);
  return client.to<S>(await client.resource(), namespaceOf(client.scope));
}
