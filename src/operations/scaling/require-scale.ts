import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";

/** Refuses a resource that has no sub-resource `scale`. */
export async function requireScale(
  client: Pick<ResourceClient<KubernetesObject>, "resource">,
  action: string,
  name: string,
): Promise<void> {
  const resource = await client.resource();
  if (resource.subresources.includes("scale")) return;
  throw new UsageError(
    "USAGE",
    `Cannot ${action} ${groupResource(resource)} "${name}": a ${resource.kind} has no scale`,
    {
      hint: "Deployments, StatefulSets, ReplicaSets and custom resources with the sub-resource scale have one.",
    },
  );
}
