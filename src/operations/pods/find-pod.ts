import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import type { ApiResource } from "../../core/resource.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { Pod } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";
import { sibling } from "../shared/siblings.ts";
import { namedObject } from "./named-object.ts";
import { type PodSelecting, podSelector } from "./pod-selector.ts";

/**
 * The pod that a name stands for: one of the client's own, or with its kind in front, `deploy/web`, `svc/web`,
 * `job/import`, as for kubectl. Of those that something selects it is the one that has been ready for longest. Throws
 * UsageError where none can run, ApiError NOT_FOUND.
 * @param action what for, as in `run ls in`
 */
export async function findPod(
  client: ResourceClient<KubernetesObject>,
  name: string,
  action: string,
  options: CallScope = {},
): Promise<Pod> {
  const { signal } = options;
  const { resource, own } = await namedObject(client, name);
  const namespace = objectNamespace(resource, scopeOf(client.scope, options.namespace), action, own) ?? "default";
  const pods = sibling<Pod>(client, "pods", namespace);
  if (groupResource(resource) === "pods") return objectFor(pods, action, own, { signal });
  const label = `${groupResource(resource)} "${own}"`;
  const object = await objectFor(client.to<PodSelecting>(resource, namespace), action, own, { signal });
  const found = await pods.list({ labels: selectorOf(object, resource, action, label), signal });
  const [best] = found.filter(isAlive).sort((a, b) => rank(a) - rank(b) || readySince(a).localeCompare(readySince(b)));
  if (best !== undefined) return best;
  const why = found.length === 0 ? "it selects no pods" : `none of its ${found.length} pods can run`;
  throw new UsageError("USAGE", `Cannot ${action} ${label}: ${why}`, {
    hint: `Look at it and at its pods: k8s.in("${namespace}").pods.list().`,
  });
}

function selectorOf(object: PodSelecting, resource: ApiResource, action: string, label: string): string {
  const selector = podSelector(object);
  if (selector !== undefined) return selector;
  throw new UsageError("USAGE", `Cannot ${action} ${label}: a ${resource.kind} without a selector stands for no pods`, {
    hint: "Name a pod.",
  });
}

function isAlive({ metadata, status }: Pod): boolean {
  return metadata?.deletionTimestamp === undefined && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

function rank(pod: Pod): number {
  if (readySince(pod) !== "") return 0;
  return pod.status?.phase === "Running" ? 1 : 2;
}

function readySince({ status }: Pod): string {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" ? (ready.lastTransitionTime ?? "0") : "";
}
