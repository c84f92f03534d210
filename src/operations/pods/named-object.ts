import { requireResource } from "../../core/names.ts";
import type { KubernetesObject } from "../../core/object.ts";
import type { ApiResource } from "../../core/resource.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { BUILT_IN_RESOURCES } from "../../types/built-in-resources.ts";

/** What a name stands for: one of the client's own, or with a built-in kind in front as kubectl writes it, `deploy/web`. */
export async function namedObject(
  client: Pick<ResourceClient<KubernetesObject>, "resource">,
  name: string,
): Promise<{ readonly resource: ApiResource; readonly own: string }> {
  const slash = typeof name === "string" ? name.indexOf("/") : -1;
  if (slash < 0) return { resource: await client.resource(), own: name };
  return { resource: requireResource(name.slice(0, slash), BUILT_IN_RESOURCES), own: name.slice(slash + 1) };
}
