/** https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import type { ApiResource } from "../../core/resource.ts";
import { Discovery } from "../../discovery/discovery.ts";
import { isApiError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import { objectFor } from "../shared/object-for.ts";
import { listOwned, type OwnedObject } from "./list-owned.ts";
import { ObjectTree, type TreeNode } from "./object-tree.ts";
import { type FoundOwner, findOwners, type TreeOwner } from "./owners.ts";
import { dependentsOf, type Ownership } from "./ownership.ts";
import { NO_STATE, type ObjectState, stateOf } from "./state-of.ts";

export interface TreeOptions extends CallScope {
  /** Begins at the topmost owner instead of the object, so that its siblings are seen. Default false. */
  readonly fromTop?: boolean | undefined;
}

/** Requests under way at once. */
const AT_ONCE = 8;
/** Up to so many objects of a resource are read one by one, more as a list. */
const READ_SINGLY = 4;
/** Own nothing that is owned, and many: or the server warns of them whenever they are listed. */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  "events",
  "events.events.k8s.io",
  "componentstatuses",
  "endpoints",
]);

/** An object, who owns it and what it owns, over every resource that the server lists. */
export async function tree<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: TreeOptions = {},
): Promise<ObjectTree> {
  const { signal } = options;
  const task = client.showProgress(`tree of ${groupResource(await client.resource())} "${name}"`);
  try {
    const object: KubernetesObject = await objectFor(client, "draw the tree of", name, {
      namespace: options.namespace,
      signal,
    });
    // Asked anew: what was defined since the session began has objects too.
    const discovery = new Discovery(client.transport);
    const owners = await findOwners(client, discovery, object, signal);
    const top = options.fromTop === true ? topmost(owners) : undefined;
    const start = top?.object ?? object;
    const { owned, hidden } = await everyOwned(client, discovery, start, signal, (text) => task.update(text));
    task.update("states of what was found");
    const ownership = dependentsOf(identity(start), owned);
    const states = await statesOf(client, ownership, signal);
    states.set(start.metadata?.uid ?? "", stateOf(start));
    const above = (top === undefined ? owners : top.owners).map(withoutObject);
    return new ObjectTree(above, nodeOf(ownership, states), hidden, client.timing.now());
  } finally {
    task.end();
  }
}

/** The last on the way up that is there. */
function topmost(owners: readonly FoundOwner[]): FoundOwner | undefined {
  const first = owners.find(({ object }) => object !== undefined);
  return first === undefined ? undefined : (topmost(first.owners) ?? first);
}

/** Every object with owners that may stand below the start: dependents of a namespaced object are in its namespace. */
async function everyOwned(
  client: ResourceClient<KubernetesObject>,
  discovery: Discovery,
  start: KubernetesObject,
  signal: AbortSignal | undefined,
  progress: (text: string) => void,
): Promise<{ owned: OwnedObject[]; hidden: string[] }> {
  const namespace = start.metadata?.namespace;
  const listable = await discovery.resources({ verbs: ["list"], signal, ...(namespace ? { namespaced: true } : {}) });
  const wanted = listable.filter((one) => !LEFT_OUT.has(groupResource(one)));
  const lists: OwnedObject[][] = [];
  const hidden: string[] = [];
  let done = 0;
  await eachAtOnce(
    wanted,
    AT_ONCE,
    async (resource, index) => {
      try {
        lists[index] = await listOwned(client.transport, resource, namespace, signal);
      } catch (error) {
        if (!isApiError(error) || error.httpStatus === 401) throw error;
        // A resource that went away meanwhile, or is none of objects that are stored, has nothing to show.
        if (error.httpStatus !== 404 && error.httpStatus !== 405) {
          const why = error.httpStatus === 403 ? "forbidden" : (error.status.message ?? String(error.httpStatus));
          hidden.push(`${groupResource(resource)} (${why})`);
        }
      }
      done += 1;
      progress(`${done} of ${wanted.length} resources`);
    },
    signal,
  );
  const { failures } = await discovery.snapshot({ signal });
  const undiscovered = failures.map(({ groupVersion }) => `${groupVersion} (not discovered)`);
  return { owned: lists.flat(), hidden: [...hidden, ...undiscovered].sort() };
}

/** The states of everything below, by uid. What cannot be read, or went meanwhile, has none. */
async function statesOf(
  client: ResourceClient<KubernetesObject>,
  ownership: Ownership<unknown>,
  signal: AbortSignal | undefined,
): Promise<Map<string, ObjectState>> {
  const collections = new Map<
    string,
    { resource: ApiResource; namespace: string; objects: Map<string, OwnedObject> }
  >();
  const collect = ({ dependents }: Ownership<unknown>): void => {
    for (const one of dependents) {
      const { resource, namespace, uid } = one.object;
      const key = `${groupResource(resource)} ${namespace}`;
      const collection = collections.get(key) ?? { resource, namespace, objects: new Map<string, OwnedObject>() };
      collection.objects.set(uid, one.object);
      collections.set(key, collection);
      collect(one);
    }
  };
  collect(ownership);
  const states = new Map<string, ObjectState>();
  const keep = (object: KubernetesObject | undefined): void => {
    if (object?.metadata?.uid !== undefined) states.set(object.metadata.uid, stateOf(object));
  };
  await eachAtOnce(
    [...collections.values()],
    AT_ONCE,
    async ({ resource, namespace, objects }) => {
      const handle = client.to<UnknownObject>(resource, namespace === "" ? "*" : namespace);
      try {
        if (objects.size > READ_SINGLY) {
          for await (const object of handle.iterate({ signal }))
            if (objects.has(object.metadata?.uid ?? "")) keep(object);
        } else {
          for (const { name } of objects.values()) keep(await handle.find(name, { signal }));
        }
      } catch (error) {
        if (!isApiError(error) || error.httpStatus === 401) throw error;
      }
    },
    signal,
  );
  return states;
}

type Identity = Omit<TreeNode, keyof ObjectState | "repeated" | "dependents">;

function identity({ apiVersion = "", kind = "", metadata }: KubernetesObject): Identity {
  const { namespace = "", name = "", uid = "", creationTimestamp: created = "" } = metadata ?? {};
  return { apiVersion, kind, namespace, name, uid, created };
}

function nodeOf(
  { object, repeated, dependents }: Ownership<Identity>,
  states: ReadonlyMap<string, ObjectState>,
): TreeNode {
  const { apiVersion, kind, namespace, name, uid, created } = object;
  const below = dependents.map((one) => nodeOf(one, states));
  return {
    apiVersion,
    kind,
    namespace,
    name,
    uid,
    created,
    ...(states.get(uid) ?? NO_STATE),
    repeated,
    dependents: below,
  };
}

function withoutObject({ object: _, owners, ...rest }: FoundOwner): TreeOwner {
  return { ...rest, owners: owners.map(withoutObject) };
}
