import type { ApiObject } from "../model/object.ts";
import type { Registry } from "../storage/registry.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "./admission.ts";
import { concerns, forbid } from "./forbid.ts";
import { type PodSpec, podSpecOf } from "./pod-spec.ts";

const PRIORITY_CLASSES = "priorityclasses.scheduling.k8s.io";

/**
 * Resolves a pod's PriorityClass into its priority, and keeps the default class single:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/priority/admission.go
 */
export const priority: AdmissionPlugin = {
  name: "Priority",
  mutate(attributes, registry) {
    const spec = podSpecOf(attributes.object);
    if (!concerns(attributes, "pods") || spec === undefined) return;
    if (attributes.operation === "CREATE") resolvePriority(attributes, spec, registry);
    if (attributes.operation === "UPDATE") keepPriority(spec, podSpecOf(attributes.old));
  },
  validate(attributes, registry) {
    const { definition, operation, object, subresource } = attributes;
    const isClass = definition.group === "scheduling.k8s.io" && definition.resource === "priorityclasses";
    if (!isClass || subresource !== "" || object?.globalDefault !== true) return;
    if (operation !== "CREATE" && operation !== "UPDATE") return;
    const other = registry.list(PRIORITY_CLASSES).find((one) => one.globalDefault === true);
    if (other === undefined || other.metadata.name === object.metadata.name) return;
    throw forbid(
      attributes,
      `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
    );
  },
};

function resolvePriority(attributes: AdmissionAttributes, spec: PodSpec, registry: Registry): void {
  const named = spec.priorityClassName ?? "";
  const found = named === "" ? defaultClass(registry) : registry.get(PRIORITY_CLASSES, "", named);
  if (named !== "" && found === undefined) throw forbid(attributes, `no PriorityClass with name ${named} was found`);
  const value = typeof found?.value === "number" ? found.value : 0;
  const policy = typeof found?.preemptionPolicy === "string" ? found.preemptionPolicy : "PreemptLowerPriority";
  if (spec.priority !== undefined && spec.priority !== value) {
    throw forbid(
      attributes,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    throw forbid(
      attributes,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  if (found?.metadata.name !== undefined) spec.priorityClassName = found.metadata.name;
  spec.priority = value;
  spec.preemptionPolicy = policy;
}

/** Of several default classes (they can only come from before the check) the lowest value counts. */
function defaultClass(registry: Registry): ApiObject | undefined {
  const defaults = registry.list(PRIORITY_CLASSES).filter((one) => one.globalDefault === true);
  return defaults.sort((left, right) => Number(left.value) - Number(right.value))[0];
}

/** A pod's priority is what it was given at the start; replacing it without one keeps it. */
function keepPriority(spec: PodSpec, old: PodSpec | undefined): void {
  if (spec.priority === undefined && old?.priority !== undefined) spec.priority = old.priority;
  if (spec.preemptionPolicy === undefined && old?.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = old.preemptionPolicy;
  }
}
