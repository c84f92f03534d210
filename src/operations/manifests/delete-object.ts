import type { UnknownObject } from "../../core/object.ts";
import { deleteRequest } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { DeleteOptions } from "../../resources/options.ts";
import { callJson } from "../../transport/call-json.ts";
import { asDryRun } from "../../transport/plan.ts";

/** An object that is to go. */
interface Doomed {
  readonly client: ResourceClient<UnknownObject>;
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Deletes an object, or with `dryRun` asks whether that could be done. Throws NOT_FOUND where there is none. */
export async function deleteObject(
  { client, resource, namespace, name }: Doomed,
  { dryRun, ...options }: Omit<DeleteOptions, "wait" | "timeoutMs">,
): Promise<void> {
  // A server that finds options in the body heeds no others: the dry run has to stand there as well as in the query.
  const isTrial = dryRun === true || client.isDryRun;
  if (isTrial)
    await callJson(client.transport, asDryRun(deleteRequest({ resource, namespace, name }, options)), options);
  else await client.delete(name, options);
}
