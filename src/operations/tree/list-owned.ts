import type { KubernetesObject, OwnerReference } from "../../core/object.ts";
import { listRequest } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { isApiError } from "../../errors.ts";
import { type ListAnswer, typeMeta } from "../../resources/list.ts";
import { PAGE_SIZE } from "../../resources/pages.ts";
import { callJson } from "../../transport/call-json.ts";
import type { Transport } from "../../transport/transport.ts";

/** An object that others own, as far as a tree needs it. */
export interface OwnedObject {
  readonly resource: ApiResource;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly created: string;
  readonly owners: readonly OwnerReference[];
}

/** Asks for metadata alone; a server that cannot answers with the objects, which hold it too. */
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/** The objects of a collection that have owners. Without a namespace, of all of them. */
export async function listOwned(
  transport: Transport,
  resource: ApiResource,
  namespace: string | undefined,
  signal: AbortSignal | undefined,
): Promise<OwnedObject[]> {
  try {
    return await readPages(transport, resource, namespace, PAGE_SIZE, signal);
  } catch (error) {
    // The snapshot of the first page was compacted: all at once has no later page.
    if (!isApiError(error) || error.httpStatus !== 410) throw error;
    return readPages(transport, resource, namespace, undefined, signal);
  }
}

async function readPages(
  transport: Transport,
  resource: ApiResource,
  namespace: string | undefined,
  limit: number | undefined,
  signal: AbortSignal | undefined,
): Promise<OwnedObject[]> {
  const type = typeMeta(resource);
  const owned: OwnedObject[] = [];
  let next: string | undefined;
  do {
    const request = listRequest({ resource, namespace }, { limit, continue: next });
    const asked = { ...request, headers: { accept: METADATA } };
    const page = await callJson<ListAnswer<KubernetesObject>>(transport, asked, { signal });
    for (const { metadata } of page.items ?? []) {
      const { uid, name = "", namespace: own = "", creationTimestamp: created = "", ownerReferences } = metadata ?? {};
      if (uid === undefined || ownerReferences === undefined || ownerReferences.length === 0) continue;
      owned.push({ resource, ...type, namespace: own, name, uid, created, owners: ownerReferences });
    }
    next = page.metadata?.continue;
  } while (next !== undefined && next !== "");
  return owned;
}
