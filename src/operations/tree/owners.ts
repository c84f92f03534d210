import type { KubernetesObject, OwnerReference, UnknownObject } from "../../core/object.ts";
import type { Discovery } from "../../discovery/discovery.ts";
import { isApiError, isKubescriptError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { NO_STATE, type ObjectState, stateOf } from "./state-of.ts";

/** What an owner reference points at. */
export interface TreeOwner extends ObjectState {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for cluster-scoped owners. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** When it was created, RFC 3339; empty unless it was found. */
  readonly created: string;
  /** Whether it manages the object, of which there is one at most. */
  readonly controller: boolean;
  /** `gone`: no object of that name has the uid any more. `hidden`: we may not look. */
  readonly state: "found" | "gone" | "hidden";
  /** Its own; empty where it comes a second time. */
  readonly owners: readonly TreeOwner[];
}

/** The owner, and its object where there is one. */
export interface FoundOwner extends TreeOwner {
  readonly object: UnknownObject | undefined;
  readonly owners: readonly FoundOwner[];
}

/** Follows the owner references of an object upward, to where there are no more. */
export async function findOwners(
  client: Pick<ResourceClient<KubernetesObject>, "to">,
  discovery: Discovery,
  object: KubernetesObject,
  signal: AbortSignal | undefined,
): Promise<FoundOwner[]> {
  const seen = new Set([object.metadata?.uid ?? ""]);
  const follow = async ({ metadata }: KubernetesObject): Promise<FoundOwner[]> => {
    const owners: FoundOwner[] = [];
    for (const reference of metadata?.ownerReferences ?? []) {
      const found = await look(client, discovery, reference, metadata?.namespace ?? "", signal);
      const again = seen.has(reference.uid);
      seen.add(reference.uid);
      const above = found.object === undefined || again ? [] : await follow(found.object);
      const { apiVersion, kind, name, uid, controller = false } = reference;
      const namespace = found.namespaced ? (metadata?.namespace ?? "") : "";
      const created = found.object?.metadata?.creationTimestamp ?? "";
      const is = found.object === undefined ? NO_STATE : stateOf(found.object);
      const identity = { apiVersion, kind, namespace, name, uid, created };
      owners.push({ ...identity, ...is, controller, state: found.state, object: found.object, owners: above });
    }
    // The one that manages it first.
    return owners.sort((a, b) => Number(b.controller) - Number(a.controller));
  };
  return follow(object);
}

interface Looked {
  readonly namespaced: boolean;
  readonly object: UnknownObject | undefined;
  readonly state: TreeOwner["state"];
}

async function look(
  client: Pick<ResourceClient<KubernetesObject>, "to">,
  discovery: Discovery,
  { apiVersion, kind, name, uid }: OwnerReference,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<Looked> {
  let namespaced = true;
  try {
    const resource = await discovery.resolveKind(apiVersion, kind, { signal });
    namespaced = resource.namespaced;
    const object = await client.to<UnknownObject>(resource, namespace === "" ? "*" : namespace).find(name, { signal });
    const same = object?.metadata?.uid === uid;
    return { namespaced, object: same ? object : undefined, state: same ? "found" : "gone" };
  } catch (error) {
    if (isApiError(error) && error.httpStatus === 403) return { namespaced, object: undefined, state: "hidden" };
    // Its definition is gone; a namespaced owner of a cluster-scoped object is none.
    if (!isKubescriptError(error) || !["UNKNOWN_RESOURCE", "USAGE", "INVALID_INPUT"].includes(error.code)) throw error;
    const { failures } = await discovery.snapshot({ signal });
    const unread = failures.some(({ groupVersion }) => groupVersion === apiVersion);
    return { namespaced, object: undefined, state: unread ? "hidden" : "gone" };
  }
}
