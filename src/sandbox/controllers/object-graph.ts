import type { OwnerReference } from "../../core/object.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import { groupResource } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { StoreEvent } from "../storage/store.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** An object of any kind, and those that name it as an owner. */
export interface GraphNode {
  readonly uid: string;
  /** `pods`, `deployments.apps` … */
  readonly resource: string;
  readonly namespaced: boolean;
  object: ApiObject;
  readonly dependents: Set<GraphNode>;
}

export type GraphListener = (type: StoreEvent["type"], node: GraphNode) => void;

/** Every object of the cluster, custom ones included, by uid, by namespace and by owner; kept current by watches. */
export interface ObjectGraph {
  get(uid: string): GraphNode | undefined;
  dependentsOf(uid: string): GraphNode[];
  inNamespace(namespace: string): GraphNode[];
  watch(listener: GraphListener): void;
}

/** Kinds that nobody owns and that only pass by. */
const LEFT_OUT = new Set(["events", "events.events.k8s.io"]);

export function createObjectGraph(runtime: Runtime): ObjectGraph {
  const { registry, clock } = runtime;
  const nodes = new Map<string, GraphNode>();
  const namespaces = new Map<string, Map<string, GraphNode>>();
  /** By the owner's uid: an owner may come, or be looked for, after its dependents. */
  const dependents = new Map<string, Set<GraphNode>>();
  const followed = new Map<string, () => void>();
  const listeners: GraphListener[] = [];

  const tell = (type: StoreEvent["type"], node: GraphNode): void => {
    for (const listener of listeners) listener(type, node);
  };
  const link = (node: GraphNode, owners: readonly OwnerReference[] = []): void => {
    for (const { uid } of owners) {
      const group = dependents.get(uid) ?? new Set();
      dependents.set(uid, group.add(node));
    }
  };
  const unlink = (node: GraphNode, owners: readonly OwnerReference[] = []): void => {
    for (const { uid } of owners) {
      const group = dependents.get(uid);
      group?.delete(node);
      if (group?.size === 0 && !nodes.has(uid)) dependents.delete(uid);
    }
  };

  const put = (definition: ResourceDefinition, object: ApiObject): GraphNode => {
    const uid = object.metadata.uid ?? "";
    const known = nodes.get(uid);
    if (known !== undefined) {
      unlink(known, known.object.metadata.ownerReferences);
      known.object = object;
      link(known, object.metadata.ownerReferences);
      return known;
    }
    const own = dependents.get(uid) ?? new Set();
    dependents.set(uid, own);
    const { namespaced } = definition;
    const node: GraphNode = { uid, resource: groupResource(definition), namespaced, object, dependents: own };
    nodes.set(uid, node);
    const { namespace = "" } = object.metadata;
    const shelf = namespaces.get(namespace) ?? new Map<string, GraphNode>();
    namespaces.set(namespace, shelf.set(uid, node));
    link(node, object.metadata.ownerReferences);
    return node;
  };

  const remove = (object: ApiObject): GraphNode | undefined => {
    const uid = object.metadata.uid ?? "";
    const node = nodes.get(uid);
    if (node === undefined) return undefined;
    nodes.delete(uid);
    const { namespace = "" } = object.metadata;
    const shelf = namespaces.get(namespace);
    shelf?.delete(uid);
    if (shelf?.size === 0) namespaces.delete(namespace);
    unlink(node, node.object.metadata.ownerReferences);
    if (node.dependents.size === 0) dependents.delete(uid);
    node.object = object;
    return node;
  };

  const follow = (definition: ResourceDefinition): void => {
    const resource = groupResource(definition);
    if (followed.has(definition.storageKey) || LEFT_OUT.has(resource) || !definition.verbs.includes("list")) return;
    const stop = registry.subscribe(resource, ({ type, object }) => {
      const node = type === "DELETED" ? remove(object) : put(definition, object);
      if (node !== undefined) tell(type, node);
    });
    followed.set(definition.storageKey, stop);
    for (const object of registry.list(resource)) tell("ADDED", put(definition, object));
  };
  const followAll = (): void => {
    const served = registry.definitions();
    for (const definition of served) follow(definition);
    const keys = new Set(served.map(({ storageKey }) => storageKey));
    for (const [storageKey, stop] of followed) {
      if (keys.has(storageKey)) continue;
      stop();
      followed.delete(storageKey);
    }
  };

  followAll();
  // the definitions change after the CustomResourceDefinition that declares them
  let pending: (() => void) | undefined;
  const customResources = "customresourcedefinitions.apiextensions.k8s.io";
  runtime.onStop(
    registry.subscribe(customResources, () => {
      pending ??= clock.schedule(0, () => {
        pending = undefined;
        followAll();
      });
    }),
  );
  runtime.onStop(() => {
    pending?.();
    for (const stop of followed.values()) stop();
  });

  return {
    get: (uid) => nodes.get(uid),
    dependentsOf: (uid) => [...(dependents.get(uid) ?? [])],
    inNamespace: (namespace) => [...(namespaces.get(namespace)?.values() ?? [])],
    watch(listener) {
      listeners.push(listener);
      for (const node of nodes.values()) listener("ADDED", node);
    },
  };
}
