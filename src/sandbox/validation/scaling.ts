/** Autoscalers, disruption budgets, priority classes, leases. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, semanticEqual, stringAt } from "../schema/fields.ts";
import { quantityNano } from "../schema/quantity.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { pathSegment } from "./names.ts";
import { validateIntOrPercent, validateNotMoreThanAll } from "./values.ts";

const SYSTEM_PREFIX = "system-";
const HIGHEST_PRIORITY = 1_000_000_000;
const METRIC_FIELDS: Readonly<Record<string, string>> = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
};

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/autoscaling/validation/validation.go */
export function validateAutoscaler(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const minimum = numberAt(spec, "minReplicas");
  const maximum = numberAt(spec, "maxReplicas") ?? 0;
  if (minimum !== undefined && minimum < 1) {
    errors.invalid("spec.minReplicas", minimum, "must be greater than or equal to 1");
  }
  if (maximum < 1) errors.invalid("spec.maxReplicas", maximum, "must be greater than 0");
  if (minimum !== undefined && maximum < minimum) {
    errors.invalid("spec.maxReplicas", maximum, "must be greater than or equal to `minReplicas`");
  }
  const target = objectAt(spec, "scaleTargetRef");
  for (const field of ["kind", "name"]) {
    const value = stringAt(target, field);
    if (value === "") errors.required(`spec.scaleTargetRef.${field}`);
    else errors.invalidEach(`spec.scaleTargetRef.${field}`, value, pathSegment(value));
  }
  for (const [index, metric] of objectsAt(spec, "metrics").entries()) {
    validateMetric(errors, metric, `spec.metrics[${index}]`);
  }
  const behavior = objectAt(spec, "behavior");
  for (const direction of ["scaleUp", "scaleDown"]) {
    const rules = objectAt(behavior, direction);
    if (rules !== undefined) validateScalingRules(errors, rules, `spec.behavior.${direction}`);
  }
}

function validateMetric(errors: FieldErrors, metric: JsonObject, path: string): void {
  const type = stringAt(metric, "type");
  const field = METRIC_FIELDS[type];
  if (type === "") errors.required(`${path}.type`, "must specify a metric source type");
  else if (field === undefined) errors.notSupported(`${path}.type`, type, Object.keys(METRIC_FIELDS));
  else if (objectAt(metric, field) === undefined) {
    errors.required(`${path}.${field}`, "must populate information for the given metric source");
  }
  if (field === undefined) return;
  const source = objectAt(metric, field);
  const target = objectAt(source, "target");
  if (source === undefined) return;
  const named = type === "Resource" || type === "ContainerResource";
  if (named && stringAt(source, "name") === "")
    errors.required(`${path}.${field}.name`, "must specify a resource name");
  if (stringAt(target, "type") === "")
    errors.required(`${path}.${field}.target.type`, "must specify a metric target type");
  const utilization = numberAt(target, "averageUtilization");
  if (utilization !== undefined && utilization < 1) {
    errors.invalid(`${path}.${field}.target.averageUtilization`, utilization, "must be greater than 0");
  }
  for (const one of ["value", "averageValue"]) {
    if (target?.[one] !== undefined && quantityNano(target[one]) <= 0n) {
      errors.invalid(`${path}.${field}.target.${one}`, target[one], "must be positive");
    }
  }
}

function validateScalingRules(errors: FieldErrors, rules: JsonObject, path: string): void {
  const window = numberAt(rules, "stabilizationWindowSeconds");
  if (window !== undefined && window < 0) {
    errors.invalid(`${path}.stabilizationWindowSeconds`, window, "must be greater than or equal to zero");
  }
  if (window !== undefined && window > 3600) {
    errors.invalid(`${path}.stabilizationWindowSeconds`, window, "must be less than or equal to 3600");
  }
  const policies = objectsAt(rules, "policies");
  if (policies.length === 0) errors.required(`${path}.policies`, "must specify at least one Policy");
  for (const [index, policy] of policies.entries()) {
    const value = numberAt(policy, "value") ?? 0;
    const period = numberAt(policy, "periodSeconds") ?? 0;
    if (value <= 0) errors.invalid(`${path}.policies[${index}].value`, value, "must be greater than zero");
    if (period <= 0) errors.invalid(`${path}.policies[${index}].periodSeconds`, period, "must be greater than zero");
    else if (period > 1800) {
      errors.invalid(`${path}.policies[${index}].periodSeconds`, period, "must be less than or equal to 1800");
    }
  }
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/policy/validation/validation.go */
export function validateDisruptionBudget(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set");
  }
  for (const [field, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue;
    validateIntOrPercent(errors, value, `spec.${field}`);
    validateNotMoreThanAll(errors, value, `spec.${field}`);
  }
  validateLabelSelector(errors, objectAt(spec, "selector"), "spec.selector");
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/scheduling/validation/validation.go */
export function validatePriorityClass(errors: FieldErrors, object: ApiObject): void {
  const { name = "" } = object.metadata;
  const value = numberAt(object, "value") ?? 0;
  if (name.startsWith(SYSTEM_PREFIX)) {
    if (name !== "system-cluster-critical" && name !== "system-node-critical") {
      const detail = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only. error: ${name} is not a known system priority class`;
      errors.forbidden("metadata.name", detail);
    }
  } else if (value > HIGHEST_PRIORITY) {
    errors.forbidden("value", `maximum allowed value of a user defined priority is ${HIGHEST_PRIORITY}`);
  }
}

export function validatePriorityClassUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  if ((object.value ?? 0) !== (old.value ?? 0)) errors.forbidden("value", "may not be changed in an update.");
  if (!semanticEqual(object.preemptionPolicy, old.preemptionPolicy)) {
    errors.invalid("preemptionPolicy", object.preemptionPolicy, "field is immutable");
  }
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/coordination/validation/validation.go */
export function validateLease(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const duration = numberAt(spec, "leaseDurationSeconds");
  if (duration !== undefined && duration <= 0) {
    errors.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
  }
  const transitions = numberAt(spec, "leaseTransitions");
  if (transitions !== undefined && transitions < 0) {
    errors.invalid("spec.leaseTransitions", transitions, "must be greater than or equal to 0");
  }
  if (spec.holderIdentity === "") errors.invalid("spec.holderIdentity", "", "must not be empty");
}
