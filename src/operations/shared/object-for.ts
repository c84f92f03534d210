import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { namespaceOfPath } from "../../core/request-info.ts";
import { isApiError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { requireName } from "../../resources/scope.ts";
import { retold } from "./retold.ts";

/**
 * The object that a verb is about, as it is. Throws NOT_FOUND that names the verb where there is none.
 * @param action the words before the object's name: `undo the rollout of`
 */
export async function objectFor<T extends KubernetesObject>(
  client: ResourceClient<T>,
  action: string,
  name: string,
  { namespace, signal }: CallScope,
): Promise<T> {
  requireName(await client.resource(), action, name);
  return foundFor(client, action, name, () => client.get(name, { namespace, signal }));
}

/** What a call about an object answers. The object's absence is told of the verb instead of the request. */
export async function foundFor<R>(
  client: Pick<ResourceClient<KubernetesObject>, "resource">,
  action: string,
  name: string,
  call: () => Promise<R>,
): Promise<R> {
  try {
    return await call();
  } catch (error) {
    // A path that the server does not serve, or a namespace that is missing, is another matter.
    if (!isApiError(error) || error.code !== "NOT_FOUND" || error.status.details?.name !== name) throw error;
    const namespace = namespaceOfPath(error.path);
    const where = namespace === undefined ? "" : ` in namespace "${namespace}"`;
    const label = `${groupResource(await client.resource())} "${name}"`;
    throw retold(error, `Cannot ${action} ${label}: it does not exist${where}`, error.hint);
  }
}
