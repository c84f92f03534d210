import type { OwnerReference } from "../../core/object.ts";
import type { DeleteOptions } from "../storage/registry.ts";
import type { GraphNode, ObjectGraph } from "./object-graph.ts";
import { changeOwners, ignoringNotFound } from "./ownership.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/**
 * Deletes what has lost its owners, and carries out foreground deletion and orphaning.
 * https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export function startGarbageCollector(runtime: Runtime, graph: ObjectGraph): void {
  const { registry } = runtime;
  const queue = runtime.queue((uid) => {
    const node = graph.get(uid);
    if (node === undefined) return;
    if (isGoing(node) && hasFinalizer(node, ORPHAN)) orphanDependents(node);
    else if (isGoing(node) && hasFinalizer(node, FOREGROUND)) deleteDependents(node);
    else deleteUnowned(node);
  });

  graph.watch((type, node) => {
    if (type === "DELETED") {
      for (const dependent of node.dependents) queue.add(dependent.uid);
      for (const { uid } of node.object.metadata.ownerReferences ?? []) queue.add(uid);
      return;
    }
    if (isGoing(node) || (node.object.metadata.ownerReferences ?? []).length > 0) queue.add(node.uid);
    for (const { uid } of node.object.metadata.ownerReferences ?? []) {
      const owner = graph.get(uid);
      if (owner !== undefined && isGoing(owner)) queue.add(uid);
    }
  });

  function orphanDependents(node: GraphNode): void {
    for (const dependent of [...node.dependents]) {
      changeOwners(registry, dependent.resource, dependent.object, (owners) =>
        owners.filter(({ uid }) => uid !== node.uid),
      );
    }
    dropFinalizer(node, ORPHAN);
  }

  /** The owner waits only for the dependents that block it; the others are deleted all the same. */
  function deleteDependents(node: GraphNode): void {
    const blocking = [...node.dependents].filter((dependent) =>
      dependent.object.metadata.ownerReferences?.some(
        (owner) => owner.uid === node.uid && owner.blockOwnerDeletion === true,
      ),
    );
    if (blocking.length === 0) {
      dropFinalizer(node, FOREGROUND);
      return;
    }
    for (const dependent of node.dependents) if (!isGoing(dependent)) queue.add(dependent.uid);
  }

  function deleteUnowned(node: GraphNode): void {
    const { ownerReferences: owners = [] } = node.object.metadata;
    if (owners.length === 0 || isGoing(node)) return;
    const states = owners.map((owner) => ({ owner, state: stateOf(node, owner) }));
    const gone = states.filter(({ state }) => state !== "solid").map(({ owner }) => owner.uid);
    if (gone.length === 0) return;
    if (gone.length < owners.length) {
      changeOwners(registry, node.resource, node.object, (live) => live.filter(({ uid }) => !gone.includes(uid)));
      return;
    }
    const waitedFor = states.some(({ state }) => state === "waiting");
    remove(node, waitedFor && node.dependents.size > 0 ? "Foreground" : policyOf(node));
  }

  /** `waiting`: the owner is being deleted in the foreground. An owner in another namespace is none. */
  function stateOf(node: GraphNode, reference: OwnerReference): "solid" | "gone" | "waiting" {
    const owner = graph.get(reference.uid);
    if (owner === undefined) return "gone";
    if (owner.namespaced && owner.object.metadata.namespace !== node.object.metadata.namespace) return "gone";
    return isGoing(owner) && hasFinalizer(owner, FOREGROUND) ? "waiting" : "solid";
  }

  function policyOf(node: GraphNode): NonNullable<DeleteOptions["propagationPolicy"]> {
    if (hasFinalizer(node, ORPHAN)) return "Orphan";
    return hasFinalizer(node, FOREGROUND) ? "Foreground" : "Background";
  }

  function remove(node: GraphNode, propagationPolicy: NonNullable<DeleteOptions["propagationPolicy"]>): void {
    const { namespace = "", name = "" } = node.object.metadata;
    ignoringNotFound(() => registry.delete(node.resource, namespace, name, { uid: node.uid, propagationPolicy }));
  }

  function dropFinalizer(node: GraphNode, finalizer: string): void {
    const { namespace = "", name = "" } = node.object.metadata;
    ignoringNotFound(() =>
      registry.modify(
        node.resource,
        namespace,
        name,
        (live) => {
          if (live.metadata.uid !== node.uid) return undefined;
          const finalizers = (live.metadata.finalizers ?? []).filter((one) => one !== finalizer);
          return { ...live, metadata: { ...live.metadata, finalizers } };
        },
        { manager: CONTROLLER_MANAGER },
      ),
    );
  }
}

function isGoing(node: GraphNode): boolean {
  return node.object.metadata.deletionTimestamp !== undefined;
}

function hasFinalizer(node: GraphNode, finalizer: string): boolean {
  return node.object.metadata.finalizers?.includes(finalizer) ?? false;
}
