import type { KubernetesObject } from "../core/object.ts";
import { groupResource, groupVersion } from "../core/path.ts";
import {
  type DeleteRequestOptions,
  deleteCollectionRequest,
  deleteRequest,
  type ObjectTarget,
} from "../core/requests.ts";
import { type Status, UsageError } from "../errors.ts";
import { callJson } from "../transport/call-json.ts";
import type { ResourceClient } from "./client.ts";
import { requireTimeLimit } from "./deadline.ts";
import { ResourceList } from "./list.ts";
import type { DeleteAllOptions, DeleteOptions } from "./options.ts";
import type { CollectionTarget } from "./targets.ts";
import { untilGone } from "./until.ts";

/**
 * Deletes one object, and where that is asked for waits until it is gone.
 * @param waiting ends the wait; the request itself only ends with the signal of the options
 */
export async function deleteObject<T extends KubernetesObject>(
  client: ResourceClient<T>,
  target: ObjectTarget,
  options: DeleteOptions,
  waiting: AbortSignal | undefined,
): Promise<T | Status> {
  requireTimeLimit(options.timeoutMs);
  const answer = await callJson<T | Status>(client.transport, deleteRequest(target, cascading(options)), options);
  if (waits(client, options)) {
    const uid = isStatus(answer) ? answer.details?.uid : answer.metadata?.uid;
    await untilGone(client, target.name, { ...options, signal: waiting, uid });
  }
  return answer;
}

/** Deletes a collection in one request, and where that is asked for waits until every object of it is gone. */
export async function deleteCollection<T extends KubernetesObject>(
  client: ResourceClient<T>,
  { resource, target }: CollectionTarget,
  options: DeleteAllOptions,
  waiting: AbortSignal | undefined,
): Promise<ResourceList<T> | Status> {
  if (resource.namespaced && target.namespace === undefined) {
    throw new UsageError(
      "USAGE",
      `Cannot delete ${groupResource(resource)} everywhere at once: the API deletes by namespace`,
      { hint: "Loop over the namespaces, or delete the items of a list." },
    );
  }
  requireTimeLimit(options.timeoutMs);
  const request = deleteCollectionRequest(target, options, cascading(options));
  const answer = await callJson<T | Status | { items: T[] }>(client.transport, request, options);
  if (!("items" in answer)) return answer as Status;
  const list = new ResourceList<T>({
    apiVersion: groupVersion(resource),
    kind: `${resource.kind}List`,
    metadata: {},
    ...answer,
  });
  if (waits(client, options)) {
    for (const { metadata } of list) {
      const { name = "", namespace, uid } = metadata ?? {};
      await untilGone(client, name, { ...options, signal: waiting, namespace, uid });
    }
  }
  return list;
}

/** The API would leave the pods of a Job and of a ReplicationController behind, unless it is told otherwise. */
function cascading(options: DeleteRequestOptions): DeleteRequestOptions {
  return { ...options, propagationPolicy: options.propagationPolicy ?? "Background" };
}

/** What is only tried never goes. */
function waits(client: Pick<ResourceClient, "storesNothing">, options: DeleteOptions): boolean {
  return options.wait === true && !client.storesNothing && options.dryRun !== true;
}

export function isStatus(answer: KubernetesObject | Status): answer is Status {
  return answer.kind === "Status";
}
