/** Pods and pod templates: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, semanticEqual, stringAt, stringMapAt, stringsAt } from "../schema/fields.ts";
import { validateContainers } from "./containers.ts";
import type { FieldErrors } from "./field-errors.ts";
import { dnsLabel, dnsSubdomain, inRange, isAddress, qualifiedName } from "./names.ts";
import { validateAnnotations, validateLabels } from "./object-meta.ts";
import { validateResourceRequirements } from "./resources.ts";
import { validateAffinity, validateTolerations, validateTopologySpread } from "./scheduling.ts";
import { validateChoice } from "./values.ts";
import { validateVolumes } from "./volumes.ts";

const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
const DNS_POLICIES = ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"];
const PREEMPTION_POLICIES = ["Never", "PreemptLowerPriority"];
const OPERATING_SYSTEMS = ["linux", "windows"];
const MAX_INT32 = 2147483647;
const POD_UPDATE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

export function validatePod(errors: FieldErrors, object: ApiObject): void {
  validatePodSpec(errors, objectAt(object, "spec") ?? {}, "spec");
}

export function validatePodCreate(errors: FieldErrors, object: ApiObject): void {
  if (objectsAt(objectAt(object, "spec"), "ephemeralContainers").length > 0) {
    errors.forbidden("spec.ephemeralContainers", "cannot be set on create");
  }
}

/**
 * A `template` field: labels, annotations and spec.
 * @param mountable names of volumes that its pods are given besides its own
 */
export function validatePodTemplate(
  errors: FieldErrors,
  template: JsonObject,
  path: string,
  mountable: readonly string[] = [],
): void {
  const metadata = objectAt(template, "metadata");
  validateLabels(errors, stringMapAt(metadata, "labels"), `${path}.labels`);
  validateAnnotations(errors, stringMapAt(metadata, "annotations"), `${path}.annotations`);
  const spec = objectAt(template, "spec") ?? {};
  validatePodSpec(errors, spec, `${path}.spec`, mountable);
  if (objectsAt(spec, "ephemeralContainers").length > 0) {
    errors.forbidden(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template");
  }
}

export function validatePodSpec(
  errors: FieldErrors,
  spec: JsonObject,
  path: string,
  mountable: readonly string[] = [],
): void {
  const volumes = new Set([...validateVolumes(errors, spec, path), ...mountable]);
  validateContainers(errors, spec, { volumes, hostNetwork: spec.hostNetwork === true, names: new Set() }, path);
  const resources = objectAt(spec, "resources");
  if (resources !== undefined) validateResourceRequirements(errors, resources, `${path}.resources`);
  validateChoice(errors, spec, "restartPolicy", RESTART_POLICIES, path);
  validateChoice(errors, spec, "dnsPolicy", DNS_POLICIES, path);
  validateLabels(errors, stringMapAt(spec, "nodeSelector"), `${path}.nodeSelector`);
  validateSecurity(errors, objectAt(spec, "securityContext"), `${path}.securityContext`);
  for (const [index, secret] of objectsAt(spec, "imagePullSecrets").entries()) {
    if (stringAt(secret, "name") === "") errors.required(`${path}.imagePullSecrets[${index}].name`);
  }
  validateAffinity(errors, objectAt(spec, "affinity"), `${path}.affinity`);
  validateDns(errors, spec, path);
  for (const [index, gate] of objectsAt(spec, "readinessGates").entries()) {
    const type = stringAt(gate, "conditionType");
    errors.invalidEach(`${path}.readinessGates[${index}].conditionType`, type, qualifiedName(type));
  }
  validateSchedulingGates(errors, spec, path);
  validateTopologySpread(errors, objectsAt(spec, "topologySpreadConstraints"), `${path}.topologySpreadConstraints`);
  validateNames(errors, spec, path);
  const deadline = numberAt(spec, "activeDeadlineSeconds");
  if (deadline !== undefined) {
    errors.invalidEach(`${path}.activeDeadlineSeconds`, deadline, inRange(deadline, 1, MAX_INT32));
  }
  validateTolerations(errors, objectsAt(spec, "tolerations"), `${path}.tolerations`);
  for (const [index, alias] of objectsAt(spec, "hostAliases").entries()) {
    const ip = stringAt(alias, "ip");
    if (!isAddress(ip)) {
      errors.invalid(
        `${path}.hostAliases[${index}].ip`,
        ip,
        "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
      );
    }
    for (const name of stringsAt(alias, "hostnames")) {
      errors.invalidEach(`${path}.hostAliases[${index}].hostnames`, name, dnsSubdomain(name));
    }
  }
  const os = objectAt(spec, "os");
  if (os !== undefined) validateChoice(errors, os, "name", OPERATING_SYSTEMS, `${path}.os`);
  const preemption = stringAt(spec, "preemptionPolicy");
  if (preemption !== "" && !PREEMPTION_POLICIES.includes(preemption)) {
    errors.notSupported(`${path}.preemptionPolicy`, preemption, PREEMPTION_POLICIES);
  }
}

/** Only a few fields of a pod's spec may change once it exists. */
export function validatePodUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const before = objectAt(old, "spec") ?? {};
  for (const list of ["containers", "initContainers"]) {
    if (objectsAt(spec, list).length !== objectsAt(before, list).length) {
      errors.forbidden(`spec.${list}`, "pod updates may not add or remove containers");
      return;
    }
  }
  const [deadline, oldDeadline] = [numberAt(spec, "activeDeadlineSeconds"), numberAt(before, "activeDeadlineSeconds")];
  if (oldDeadline !== undefined && (deadline === undefined || deadline > oldDeadline)) {
    const path = "spec.activeDeadlineSeconds";
    if (deadline === undefined) errors.invalid(path, null, "must not update from a positive integer to nil value");
    else errors.invalid(path, deadline, `must be less than or equal to previous value`);
    return;
  }
  const kept = objectsAt(before, "tolerations");
  const tolerations = objectsAt(spec, "tolerations");
  if (!kept.every((one) => tolerations.some((other) => tolerationWithin(one, other)))) {
    errors.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
    return;
  }
  const gates = new Set(objectsAt(before, "schedulingGates").map((gate) => stringAt(gate, "name")));
  if (objectsAt(spec, "schedulingGates").some((gate) => !gates.has(stringAt(gate, "name")))) {
    errors.forbidden("spec.schedulingGates", "only deletion is allowed, but found new scheduling gates");
    return;
  }
  if (!semanticEqual(frozenPart(spec, gates.size > 0), frozenPart(before, gates.size > 0))) {
    errors.forbidden("spec", POD_UPDATE);
  }
}

/** What may not change: the spec without its images and the other named exceptions. */
function frozenPart(spec: JsonObject, gated: boolean): JsonObject {
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    schedulingGates: _gates,
    nodeSelector,
    affinity,
    ...rest
  } = spec;
  const withoutImages = (list: string) => objectsAt(spec, list).map(({ image: _image, ...container }) => container);
  const frozen = { ...rest, containers: withoutImages("containers"), initContainers: withoutImages("initContainers") };
  // a pod that waits at a gate may still be narrowed to fewer nodes
  return gated ? frozen : { ...frozen, nodeSelector, affinity };
}

function tolerationWithin(old: JsonObject, updated: JsonObject): boolean {
  return ["key", "operator", "value", "effect"].every((field) => semanticEqual(old[field], updated[field]));
}

function validateSecurity(errors: FieldErrors, context: JsonObject | undefined, path: string): void {
  for (const field of ["fsGroup", "runAsUser", "runAsGroup"]) {
    const id = numberAt(context, field);
    if (id !== undefined) errors.invalidEach(`${path}.${field}`, id, inRange(id, 0, MAX_INT32));
  }
}

function validateDns(errors: FieldErrors, spec: JsonObject, path: string): void {
  const config = objectAt(spec, "dnsConfig");
  const nameservers = stringsAt(config, "nameservers");
  if (stringAt(spec, "dnsPolicy") === "None") {
    if (config === undefined) errors.required(`${path}.dnsConfig`, "must provide `dnsConfig` when `dnsPolicy` is None");
    else if (nameservers.length === 0) {
      errors.required(
        `${path}.dnsConfig.nameservers`,
        "must provide at least one DNS nameserver when `dnsPolicy` is None",
      );
    }
  }
  if (nameservers.length > 3) {
    errors.invalid(`${path}.dnsConfig.nameservers`, nameservers, "must not have more than 3 nameservers");
  }
  for (const [index, address] of nameservers.entries()) {
    if (isAddress(address)) continue;
    const detail = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    errors.invalid(`${path}.dnsConfig.nameservers[${index}]`, address, detail);
  }
}

function validateSchedulingGates(errors: FieldErrors, spec: JsonObject, path: string): void {
  const seen = new Set<string>();
  for (const [index, gate] of objectsAt(spec, "schedulingGates").entries()) {
    const name = stringAt(gate, "name");
    errors.invalidEach(`${path}.schedulingGates[${index}]`, name, qualifiedName(name));
    if (seen.has(name)) errors.duplicate(`${path}.schedulingGates[${index}]`, name);
    seen.add(name);
  }
}

function validateNames(errors: FieldErrors, spec: JsonObject, path: string): void {
  for (const [field, check] of [
    ["serviceAccountName", dnsSubdomain],
    ["nodeName", dnsSubdomain],
    ["hostname", dnsLabel],
    ["subdomain", dnsLabel],
    ["priorityClassName", dnsSubdomain],
    ["runtimeClassName", dnsSubdomain],
  ] as const) {
    const value = stringAt(spec, field);
    if (value !== "") errors.invalidEach(`${path}.${field}`, value, check(value));
  }
}
