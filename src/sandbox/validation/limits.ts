/** ResourceQuotas and LimitRanges. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, semanticEqual, stringAt, stringsAt } from "../schema/fields.ts";
import { quantityNano } from "../schema/quantity.ts";
import type { FieldErrors } from "./field-errors.ts";
import { qualifiedName } from "./names.ts";
import { isWhole, validateQuantity } from "./values.ts";

/** Resources without a domain that a quota may name. */
const QUOTA_RESOURCES = new Set([
  "cpu",
  "memory",
  "ephemeral-storage",
  "requests.cpu",
  "requests.memory",
  "requests.storage",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "persistentvolumeclaims",
  "configmaps",
  "services.nodeports",
  "services.loadbalancers",
]);
const COUNTED =
  /^(pods|resourcequotas|services(\..*)?|replicationcontrollers|secrets|persistentvolumeclaims|configmaps)$/;
const SCOPES = new Set([
  "Terminating",
  "NotTerminating",
  "BestEffort",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
  "VolumeAttributesClass",
]);
const LIMIT_FIELDS = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const;

export function validateResourceQuota(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  for (const [name, value] of Object.entries(objectAt(spec, "hard") ?? {})) {
    const at = `spec.hard[${name}]`;
    const messages = qualifiedName(name);
    errors.invalidEach(at, name, messages);
    const known = QUOTA_RESOURCES.has(name) || /^(requests\.)?hugepages-/.test(name) || name.includes("/");
    if (messages.length === 0 && !known) {
      errors.invalid(at, name, "must be a standard resource type or fully qualified");
      errors.invalid(at, name, "must be a standard resource for quota");
    }
    validateQuantity(errors, value, at);
    if (COUNTED.test(name) && !isWhole(value)) errors.invalid(at, value, "must be an integer");
  }
  const scopes = stringsAt(spec, "scopes");
  for (const scope of scopes) if (!SCOPES.has(scope)) errors.invalid("spec.scopes", scope, "unsupported scope");
  for (const [one, other] of [
    ["BestEffort", "NotBestEffort"],
    ["Terminating", "NotTerminating"],
  ] as const) {
    if (scopes.includes(one) && scopes.includes(other)) errors.invalid("spec.scopes", scopes, "conflicting scopes");
  }
}

export function validateResourceQuotaUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const scopes = (one: ApiObject) => [...stringsAt(objectAt(one, "spec"), "scopes")].sort();
  if (!semanticEqual(scopes(object), scopes(old))) {
    errors.invalid("spec.scopes", stringsAt(objectAt(object, "spec"), "scopes"), "field is immutable");
  }
}

export function validateLimitRange(errors: FieldErrors, object: ApiObject): void {
  const types = new Set<string>();
  for (const [index, limit] of objectsAt(objectAt(object, "spec"), "limits").entries()) {
    const at = `spec.limits[${index}]`;
    const type = stringAt(limit, "type");
    errors.invalidEach(`${at}.type`, type, qualifiedName(type));
    if (types.has(type)) errors.duplicate(`${at}.type`, type);
    types.add(type);
    validateLimit(errors, limit, type, at);
  }
}

function validateLimit(errors: FieldErrors, limit: JsonObject, type: string, path: string): void {
  const [max, min, standard, request, ratio] = LIMIT_FIELDS.map((field) => objectAt(limit, field) ?? {});
  if (type === "Pod") {
    for (const field of ["default", "defaultRequest"]) {
      if (Object.keys(objectAt(limit, field) ?? {}).length > 0) {
        errors.forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'");
      }
    }
  }
  if (type === "PersistentVolumeClaim" && max?.storage === undefined && min?.storage === undefined) {
    errors.required(`${path}.limits`, "either minimum or maximum storage value is required, but neither was provided");
  }
  const names = new Set([max, min, standard, request, ratio].flatMap((one) => Object.keys(one ?? {})));
  for (const name of names) {
    const over = (a: unknown, b: unknown) => a !== undefined && b !== undefined && quantityNano(a) > quantityNano(b);
    const [low, high, usual, asked] = [min?.[name], max?.[name], standard?.[name], request?.[name]];
    const text = (value: unknown) => String(value);
    const compare = (field: string, value: unknown, a: unknown, b: unknown, words: string): void => {
      if (over(a, b)) errors.invalid(`${path}.${field}[${name}]`, text(value), words);
    };
    compare("min", low, low, high, `min value ${text(low)} is greater than max value ${text(high)}`);
    compare(
      "defaultRequest",
      asked,
      low,
      asked,
      `min value ${text(low)} is greater than default request value ${text(asked)}`,
    );
    compare(
      "defaultRequest",
      asked,
      asked,
      high,
      `default request value ${text(asked)} is greater than max value ${text(high)}`,
    );
    compare(
      "defaultRequest",
      asked,
      asked,
      usual,
      `default request value ${text(asked)} is greater than default limit value ${text(usual)}`,
    );
    compare("default", low, low, usual, `min value ${text(low)} is greater than default value ${text(usual)}`);
    compare("default", high, usual, high, `default value ${text(usual)} is greater than max value ${text(high)}`);
    const limitRatio = ratio?.[name];
    if (limitRatio !== undefined && quantityNano(limitRatio) < 1_000_000_000n) {
      errors.invalid(
        `${path}.maxLimitRequestRatio[${name}]`,
        text(limitRatio),
        `ratio ${text(limitRatio)} is less than 1`,
      );
    }
  }
}
