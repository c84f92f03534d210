/** Deployments, ReplicaSets, StatefulSets, DaemonSets, ReplicationControllers: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/validation/validation.go */
import { isEmptySelector, labelSelectorIn, matchesLabels, matchesSelector } from "../model/label-selector.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, semanticEqual, stringAt, stringMapAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { validatePodTemplate } from "./pods.ts";
import { validateClaimSpec } from "./storage.ts";
import { validateImmutable, validateIntOrPercent, validateNotMoreThanAll, validateNotNegative } from "./values.ts";

const SELECTOR_MISMATCH = "`selector` does not match template `labels`";
/** Fields of a StatefulSet's spec that an update may change. */
const STATEFUL_MUTABLE = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

export function validateDeployment(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  validateNotNegative(errors, spec, ["replicas"], "spec");
  validateSelector(errors, spec, "deployment");
  validateTemplate(errors, spec);
  validateDeploymentStrategy(errors, objectAt(spec, "strategy") ?? {});
  validateNotNegative(errors, spec, ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], "spec");
  const deadline = numberAt(spec, "progressDeadlineSeconds");
  if (deadline !== undefined && deadline <= (numberAt(spec, "minReadySeconds") ?? 0)) {
    errors.invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
  }
}

export function validateReplicaSet(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  validateNotNegative(errors, spec, ["replicas", "minReadySeconds"], "spec");
  validateSelector(errors, spec, "deployment");
  validateTemplate(errors, spec);
}

export function validateStatefulSet(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const management = stringAt(spec, "podManagementPolicy");
  if (management !== "OrderedReady" && management !== "Parallel") {
    errors.invalid("spec.podManagementPolicy", management, "must be 'OrderedReady' or 'Parallel'");
  }
  const strategy = objectAt(spec, "updateStrategy") ?? {};
  const rollingUpdate = objectAt(strategy, "rollingUpdate");
  if (strategy.type === "OnDelete") {
    if (rollingUpdate !== undefined) {
      const shown = numberAt(rollingUpdate, "partition") ?? 0;
      errors.invalid("spec.updateStrategy.rollingUpdate", shown, "only allowed for updateStrategy 'RollingUpdate'");
    }
  } else if (strategy.type === "RollingUpdate") {
    validateNotNegative(errors, rollingUpdate ?? {}, ["partition"], "spec.updateStrategy.rollingUpdate");
    const path = "spec.updateStrategy.rollingUpdate.maxUnavailable";
    const maxUnavailable = rollingUpdate?.maxUnavailable;
    validateIntOrPercent(errors, maxUnavailable, path);
    if (maxUnavailable === 0 || maxUnavailable === "0%") errors.invalid(path, maxUnavailable, "cannot be 0");
    validateNotMoreThanAll(errors, maxUnavailable, path);
  } else {
    errors.invalid("spec.updateStrategy", strategy, "must be 'RollingUpdate' or 'OnDelete'");
  }
  for (const field of ["whenDeleted", "whenScaled"]) {
    const value = stringAt(objectAt(spec, "persistentVolumeClaimRetentionPolicy"), field);
    if (value !== "" && value !== "Retain" && value !== "Delete") {
      errors.notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ["Retain", "Delete"]);
    }
  }
  validateNotNegative(errors, spec, ["replicas", "minReadySeconds"], "spec");
  validateNotNegative(errors, objectAt(spec, "ordinals") ?? {}, ["start"], "spec.ordinals");
  validateSelector(errors, spec, "statefulset");
  const claims = objectsAt(spec, "volumeClaimTemplates");
  const mountable = claims.map((claim) => stringAt(objectAt(claim, "metadata"), "name"));
  validateTemplate(errors, spec, "StatefulSet", mountable);
  for (const [index, claim] of claims.entries()) {
    validateClaimSpec(errors, objectAt(claim, "spec") ?? {}, `spec.volumeClaimTemplates[${index}].spec`);
  }
  validateNotNegative(errors, spec, ["revisionHistoryLimit"], "spec");
}

export function validateDaemonSet(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const selector = objectAt(spec, "selector");
  validateLabelSelector(errors, selector, "spec.selector");
  const template = objectAt(spec, "template") ?? {};
  const labels = stringMapAt(objectAt(template, "metadata"), "labels");
  if (selector !== undefined && !matchesSelector(labelSelectorIn(selector), labels)) {
    errors.invalid("spec.template.metadata.labels", labels, SELECTOR_MISMATCH);
  }
  if (selector === undefined) errors.required("spec.selector");
  else if (isEmptySelector(labelSelectorIn(selector)))
    errors.invalid("spec.selector", selector, "empty selector is invalid for daemonset");
  validatePodTemplate(errors, template, "spec.template");
  requireRestartAlways(errors, template);
  validateNotNegative(errors, spec, ["minReadySeconds"], "spec");
  validateDaemonStrategy(errors, objectAt(spec, "updateStrategy") ?? {});
  validateNotNegative(errors, spec, ["revisionHistoryLimit"], "spec");
}

export function validateReplicationController(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  validateNotNegative(errors, spec, ["minReadySeconds"], "spec");
  const selector = stringMapAt(spec, "selector") ?? {};
  if (Object.keys(selector).length === 0) errors.required("spec.selector");
  validateNotNegative(errors, spec, ["replicas"], "spec");
  const template = objectAt(spec, "template");
  if (template === undefined) {
    errors.required("spec.template");
    return;
  }
  const labels = stringMapAt(objectAt(template, "metadata"), "labels");
  if (!matchesLabels(selector, labels)) {
    errors.invalid("spec.template.metadata.labels", labels, SELECTOR_MISMATCH);
  }
  validatePodTemplate(errors, template, "spec.template");
  requireRestartAlways(errors, template);
}

/** Selectors of Deployments, ReplicaSets and DaemonSets stay as they were created. */
export function validateSelectorUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  validateImmutable(errors, objectAt(object, "spec")?.selector, objectAt(old, "spec")?.selector, "spec.selector");
}

export function validateStatefulSetUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const frozen = (one: ApiObject) =>
    Object.fromEntries(
      Object.entries(objectAt(one, "spec") ?? {}).filter(([name]) => !STATEFUL_MUTABLE.includes(name)),
    );
  if (semanticEqual(frozen(object), frozen(old))) return;
  const names = STATEFUL_MUTABLE.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  errors.forbidden("spec", `updates to statefulset spec for fields other than ${list} are forbidden`);
}

function validateSelector(errors: FieldErrors, spec: JsonObject, kind: string): void {
  const selector = objectAt(spec, "selector");
  if (selector === undefined) {
    errors.required("spec.selector");
    return;
  }
  validateLabelSelector(errors, selector, "spec.selector");
  if (isEmptySelector(labelSelectorIn(selector)))
    errors.invalid("spec.selector", selector, `empty selector is invalid for ${kind}`);
}

/** @param mountable names of volumes that the template's pods are given besides its own */
function validateTemplate(
  errors: FieldErrors,
  spec: JsonObject,
  kind = "ReplicaSet",
  mountable: readonly string[] = [],
): void {
  const template = objectAt(spec, "template");
  if (template === undefined) {
    errors.required("spec.template");
    return;
  }
  const selector = objectAt(spec, "selector");
  const labels = stringMapAt(objectAt(template, "metadata"), "labels");
  if (
    (selector === undefined || !isEmptySelector(labelSelectorIn(selector))) &&
    !matchesSelector(labelSelectorIn(selector), labels)
  ) {
    errors.invalid("spec.template.metadata.labels", labels, SELECTOR_MISMATCH);
  }
  validatePodTemplate(errors, template, "spec.template", mountable);
  requireRestartAlways(errors, template);
  if (objectAt(template, "spec")?.activeDeadlineSeconds !== undefined) {
    errors.forbidden("spec.template.spec.activeDeadlineSeconds", `activeDeadlineSeconds in ${kind} is not Supported`);
  }
}

function requireRestartAlways(errors: FieldErrors, template: JsonObject): void {
  const policy = stringAt(objectAt(template, "spec"), "restartPolicy");
  if (policy !== "Always") errors.notSupported("spec.template.spec.restartPolicy", policy, ["Always"]);
}

function validateDeploymentStrategy(errors: FieldErrors, strategy: JsonObject): void {
  const path = "spec.strategy.rollingUpdate";
  const rollingUpdate = objectAt(strategy, "rollingUpdate");
  if (strategy.type === "Recreate") {
    if (rollingUpdate !== undefined) errors.forbidden(path, "may not be specified when strategy `type` is 'Recreate'");
    return;
  }
  if (strategy.type !== "RollingUpdate") {
    errors.notSupported("spec.strategy.type", stringAt(strategy, "type"), ["Recreate", "RollingUpdate"]);
    return;
  }
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  validateIntOrPercent(errors, maxUnavailable, `${path}.maxUnavailable`);
  validateIntOrPercent(errors, maxSurge, `${path}.maxSurge`);
  if (isNone(maxUnavailable) && isNone(maxSurge)) {
    errors.invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0");
  }
  validateNotMoreThanAll(errors, maxUnavailable, `${path}.maxUnavailable`);
}

function validateDaemonStrategy(errors: FieldErrors, strategy: JsonObject): void {
  const path = "spec.updateStrategy.rollingUpdate";
  if (strategy.type === "OnDelete") return;
  if (strategy.type !== "RollingUpdate") {
    errors.notSupported("spec.updateStrategy.type", stringAt(strategy, "type"), ["RollingUpdate", "OnDelete"]);
    return;
  }
  const rollingUpdate = objectAt(strategy, "rollingUpdate");
  if (rollingUpdate === undefined) {
    errors.required(path);
    return;
  }
  const { maxUnavailable, maxSurge } = rollingUpdate;
  for (const [field, value] of [
    ["maxUnavailable", maxUnavailable],
    ["maxSurge", maxSurge],
  ] as const) {
    validateIntOrPercent(errors, value, `${path}.${field}`);
    validateNotMoreThanAll(errors, value, `${path}.${field}`);
  }
  const unavailable = !isNone(maxUnavailable);
  const surge = !isNone(maxSurge);
  if (unavailable && surge)
    errors.invalid(`${path}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero");
  if (!unavailable && !surge) errors.required(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0");
}

function isNone(value: unknown): boolean {
  return value === 0 || (typeof value === "string" && Number.parseInt(value, 10) === 0);
}
