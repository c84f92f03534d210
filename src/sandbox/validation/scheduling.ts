/** What tells a scheduler where a pod may go: tolerations, affinity, spreading. */
import type { JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { inRange, labelValue, qualifiedName } from "./names.ts";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
const OPERATORS = ["Equal", "Exists"];
const UNSATISFIABLE = ["DoNotSchedule", "ScheduleAnyway"];
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

export function validateTolerations(errors: FieldErrors, tolerations: readonly JsonObject[], path: string): void {
  for (const [index, toleration] of tolerations.entries()) {
    const at = `${path}[${index}]`;
    const [key, operator, value] = ["key", "operator", "value"].map((field) => stringAt(toleration, field));
    const effect = stringAt(toleration, "effect");
    if (key) errors.invalidEach(`${at}.key`, key, qualifiedName(key));
    if (!key && operator !== "Exists") {
      errors.invalid(
        `${at}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    }
    if (toleration.tolerationSeconds !== undefined && effect !== "NoExecute") {
      errors.invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === "" || operator === "Equal") {
      const wrong = labelValue(value ?? "");
      if (wrong.length > 0) errors.invalid(`${at}.operator`, value, wrong.join(";"));
    } else if (operator === "Exists") {
      if (value) errors.invalid(`${at}.operator`, toleration, "value must be empty when `operator` is 'Exists'");
    } else errors.notSupported(`${at}.operator`, operator, OPERATORS);
    if (effect !== "" && !EFFECTS.includes(effect)) errors.notSupported(`${at}.effect`, effect, EFFECTS);
  }
}

export function validateAffinity(errors: FieldErrors, affinity: JsonObject | undefined, path: string): void {
  const node = objectAt(affinity, "nodeAffinity");
  const required = objectAt(node, REQUIRED);
  if (required !== undefined) {
    const at = `${path}.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
    const terms = objectsAt(required, "nodeSelectorTerms");
    if (terms.length === 0) errors.required(at, "must have at least one node selector term");
    for (const [index, term] of terms.entries()) validateNodeTerm(errors, term, `${at}[${index}]`);
  }
  for (const [index, term] of objectsAt(node, PREFERRED).entries()) {
    const at = `${path}.nodeAffinity.${PREFERRED}[${index}]`;
    validateWeight(errors, term, at);
    validateNodeTerm(errors, objectAt(term, "preference") ?? {}, `${at}.preference`);
  }
  for (const kind of ["podAffinity", "podAntiAffinity"]) {
    const pods = objectAt(affinity, kind);
    for (const [index, term] of objectsAt(pods, REQUIRED).entries()) {
      validatePodTerm(errors, term, `${path}.${kind}.${REQUIRED}[${index}]`);
    }
    for (const [index, term] of objectsAt(pods, PREFERRED).entries()) {
      const at = `${path}.${kind}.${PREFERRED}[${index}]`;
      validateWeight(errors, term, at);
      validatePodTerm(errors, objectAt(term, "podAffinityTerm") ?? {}, `${at}.podAffinityTerm`);
    }
  }
}

export function validateTopologySpread(errors: FieldErrors, constraints: readonly JsonObject[], path: string): void {
  for (const [index, constraint] of constraints.entries()) {
    const at = `${path}[${index}]`;
    const maxSkew = numberAt(constraint, "maxSkew") ?? 0;
    if (maxSkew <= 0) errors.invalid(`${at}.maxSkew`, maxSkew, "must be greater than zero");
    const key = stringAt(constraint, "topologyKey");
    if (key === "") errors.required(`${at}.topologyKey`, "can not be empty");
    else errors.invalidEach(`${at}.topologyKey`, key, qualifiedName(key));
    const action = stringAt(constraint, "whenUnsatisfiable");
    if (!UNSATISFIABLE.includes(action)) errors.notSupported(`${at}.whenUnsatisfiable`, action, UNSATISFIABLE);
    validateLabelSelector(errors, objectAt(constraint, "labelSelector"), `${at}.labelSelector`);
  }
}

function validateWeight(errors: FieldErrors, term: JsonObject, path: string): void {
  const weight = numberAt(term, "weight") ?? 0;
  if (inRange(weight, 1, 100).length > 0) errors.invalid(`${path}.weight`, weight, "must be in the range 1-100");
}

function validatePodTerm(errors: FieldErrors, term: JsonObject, path: string): void {
  validateLabelSelector(errors, objectAt(term, "labelSelector"), `${path}.labelSelector`);
  const key = stringAt(term, "topologyKey");
  if (key === "") errors.required(`${path}.topologyKey`, "can not be empty");
  errors.invalidEach(`${path}.topologyKey`, key, qualifiedName(key));
}

function validateNodeTerm(errors: FieldErrors, term: JsonObject, path: string): void {
  for (const [index, expression] of objectsAt(term, "matchExpressions").entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const operator = stringAt(expression, "operator");
    const values = stringsAt(expression, "values");
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0) errors.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0) {
        errors.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
    } else if (operator === "Gt" || operator === "Lt") {
      if (values.length !== 1)
        errors.required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else errors.invalid(`${at}.operator`, operator, "not a valid selector operator");
    const key = stringAt(expression, "key");
    errors.invalidEach(`${at}.key`, key, qualifiedName(key));
  }
}
