import { isDeepStrictEqual } from "node:util";
import { formatTime } from "../model/clock.ts";
import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import type { Condition } from "../pods/pod.ts";
import { findCondition } from "../pods/pod.ts";
import type { GraphNode, ObjectGraph } from "./object-graph.ts";
import { ignoringNotFound } from "./ownership.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

const FINALIZER = "kubernetes";
/** Deletions wait so long, as upstream's `namespaceDeletionGracePeriod`: until then the namespace is seen terminating. */
const DELETION_GRACE_MS = 5000;

/**
 * Empties a namespace that is being deleted, says in its conditions what is left, and lets it go once nothing is.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/namespace/deletion/namespaced_resources_deleter.go
 */
export function startNamespaceController(runtime: Runtime, graph: ObjectGraph): void {
  const { registry, clock } = runtime;
  const namespaces = runtime.informer<ApiObject>("namespaces");
  const queue = runtime.queue(reconcile);

  namespaces.watch(({ object }) => {
    if (object.metadata.deletionTimestamp === undefined) return;
    queue.add(object.metadata.name ?? "");
  });
  graph.watch((_type, { object }) => {
    const { namespace } = object.metadata;
    if (namespace === undefined) return;
    if (namespaces.get("", namespace)?.metadata.deletionTimestamp !== undefined) queue.add(namespace);
  });

  function reconcile(name: string): void {
    const namespace = namespaces.get("", name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp === undefined) return;
    if (!finalizersOf(namespace).includes(FINALIZER)) return;
    const waitMs = Date.parse(namespace.metadata.deletionTimestamp) + DELETION_GRACE_MS - clock.now();
    if (waitMs > 0) {
      queue.addAfter(name, waitMs);
      return;
    }
    for (const node of graph.inNamespace(name)) {
      if (node.object.metadata.deletionTimestamp !== undefined) continue;
      const { name: objectName = "" } = node.object.metadata;
      ignoringNotFound(() =>
        registry.delete(node.resource, name, objectName, { uid: node.uid, propagationPolicy: "Background" }),
      );
    }
    const left = graph.inNamespace(name);
    writeConditions(name, left);
    if (left.length > 0) return;
    for (const event of registry.list("events", name)) registry.delete("events", name, event.metadata.name ?? "");
    const finalize = (live: ApiObject): ApiObject => ({
      ...live,
      spec: { ...specOf(live), finalizers: finalizersOf(live).filter((one) => one !== FINALIZER) },
    });
    ignoringNotFound(() =>
      registry.modify("namespaces", "", name, finalize, { manager: CONTROLLER_MANAGER, subresource: "finalize" }),
    );
  }

  function writeConditions(name: string, left: readonly GraphNode[]): void {
    const now = formatTime(clock.now());
    ignoringNotFound(() =>
      registry.modify(
        "namespaces",
        "",
        name,
        (live) => {
          const status = isJsonObject(live.status) ? live.status : {};
          const before = Array.isArray(status.conditions) ? (status.conditions as Condition[]) : [];
          const conditions = deletionConditions(left).map((next) => {
            const current = findCondition(before, next.type);
            const since = current?.status === next.status ? current.lastTransitionTime : undefined;
            const { type, status: value, ...why } = next;
            return { type, status: value, lastTransitionTime: since ?? now, ...why };
          });
          return isDeepStrictEqual(conditions, before) ? undefined : { ...live, status: { ...status, conditions } };
        },
        { manager: CONTROLLER_MANAGER, subresource: "status" },
      ),
    );
  }
}

/** The five conditions of a namespace that is going, for what is left in it. */
export function deletionConditions(left: readonly GraphNode[]): Condition[] {
  const resources = countsBy(left.map((node) => node.resource));
  const finalizers = countsBy(left.flatMap((node) => node.object.metadata.finalizers ?? []));
  const remaining = [...resources].map(([resource, count]) => `${dotted(resource)} has ${count} resource instances`);
  const waiting = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  return [
    {
      type: "NamespaceDeletionDiscoveryFailure",
      status: "False",
      reason: "ResourcesDiscovered",
      message: "All resources successfully discovered",
    },
    {
      type: "NamespaceDeletionGroupVersionParsingFailure",
      status: "False",
      reason: "ParsedGroupVersions",
      message: "All legacy kube types successfully parsed",
    },
    {
      type: "NamespaceDeletionContentFailure",
      status: "False",
      reason: "ContentDeleted",
      message: "All content successfully deleted, may be waiting on finalization",
    },
    remaining.length === 0
      ? {
          type: "NamespaceContentRemaining",
          status: "False",
          reason: "ContentRemoved",
          message: "All content successfully removed",
        }
      : {
          type: "NamespaceContentRemaining",
          status: "True",
          reason: "SomeResourcesRemain",
          message: `Some resources are remaining: ${remaining.join(", ")}`,
        },
    waiting.length === 0
      ? {
          type: "NamespaceFinalizersRemaining",
          status: "False",
          reason: "ContentHasNoFinalizers",
          message: "All content-preserving finalizers finished",
        }
      : {
          type: "NamespaceFinalizersRemaining",
          status: "True",
          reason: "SomeFinalizersRemain",
          message: `Some content in the namespace has finalizers remaining: ${waiting.join(", ")}`,
        },
  ];
}

function countsBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...names].sort()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** `pods.` and `deployments.apps`: how the message writes a group. */
function dotted(resource: string): string {
  return resource.includes(".") ? resource : `${resource}.`;
}

function specOf(namespace: ApiObject): Record<string, unknown> {
  return isJsonObject(namespace.spec) ? namespace.spec : {};
}

function finalizersOf(namespace: ApiObject): string[] {
  const { finalizers } = specOf(namespace);
  return Array.isArray(finalizers) ? finalizers.filter((one): one is string => typeof one === "string") : [];
}
