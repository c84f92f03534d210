import type { KubernetesObject } from "../../core/object.ts";
import { controllerOf } from "../../core/owner.ts";
import { groupResource } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { Job } from "../../types/batch-v1.ts";
import type { Pod } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";
import { sibling } from "../shared/siblings.ts";
import { type PodSelecting, podSelector, scaleSelector } from "./pod-selector.ts";

/** The pods of one object: a workload's, a service's. */
export interface PodSelection {
  /** `deployments.apps "web"` */
  readonly label: string;
  readonly namespace: string;
  /** Selector text. */
  readonly labels: string;
  /** Whether one of those that the labels select is the object's own. */
  belongs(pod: Pod): Promise<boolean>;
}

/**
 * How the pods of an object are found: by its selector, those of a CronJob through its Jobs, those of a kind that is not
 * built in by what its `scale` says. Throws ApiError NOT_FOUND, and UsageError where nothing selects pods.
 * @param action what for, as in `read the logs of`
 */
export async function podsOf<T extends KubernetesObject>(
  owners: ResourceClient<T>,
  name: string,
  action: string,
  options: CallScope = {},
): Promise<PodSelection> {
  const resource = await owners.resource();
  const label = `${groupResource(resource)} "${name}"`;
  const noPods = (): UsageError =>
    new UsageError("USAGE", `Cannot ${action} ${label}: a ${resource.kind} selects no pods`, {
      hint: "Name a pod, or select pods: k8s.pods.logs({ labels: … }).",
    });
  const namespace = objectNamespace(resource, scopeOf(owners.scope, options.namespace), action, name);
  if (namespace === undefined) throw noPods();
  const owner = (await objectFor(owners, action, name, options)) as PodSelecting;
  const all = async (): Promise<boolean> => true;
  if (groupResource(resource) === "cronjobs.batch") {
    const belongs = throughJobs(sibling<Job>(owners, "jobs.batch", namespace), owner.metadata?.uid, options);
    return { label, namespace, labels: "job-name", belongs };
  }
  const has = typeof owner.spec?.selector === "object";
  const labels = has ? podSelector(owner) : await scaleSelector(owners, name, options);
  if (labels === undefined) throw noPods();
  return { label, namespace, labels, belongs: all };
}

/** Whether a pod's Job is the CronJob's; each Job is asked for once. */
function throughJobs(
  jobs: ResourceClient<Job>,
  uid: string | undefined,
  { signal }: CallScope,
): (pod: Pod) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return async (pod) => {
    const owner = controllerOf(pod);
    if (owner?.kind !== "Job") return false;
    let answer = known.get(owner.uid);
    if (answer === undefined) {
      answer = jobs
        .find(owner.name, { signal })
        .then((job) => job?.metadata?.ownerReferences?.some((one) => one.uid === uid) ?? false);
      known.set(owner.uid, answer);
    }
    return answer;
  };
}
