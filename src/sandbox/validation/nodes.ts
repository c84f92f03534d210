/** Nodes and RuntimeClasses. */
import type { ApiObject } from "../model/object.ts";
import { objectAt, objectsAt, semanticEqual, stringAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { dnsLabel, isNetwork, labelValue, qualifiedName } from "./names.ts";
import { validateImmutable } from "./values.ts";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function validateNode(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec");
  const seen = new Set<string>();
  for (const [index, taint] of objectsAt(spec, "taints").entries()) {
    const at = `spec.taints[${index}]`;
    const [key, value, effect] = [stringAt(taint, "key"), stringAt(taint, "value"), stringAt(taint, "effect")];
    errors.invalidEach(`${at}.key`, key, qualifiedName(key));
    errors.invalidEach(`${at}.value`, value, labelValue(value));
    if (effect === "") errors.required(`${at}.effect`);
    else if (!EFFECTS.includes(effect)) errors.notSupported(`${at}.effect`, effect, EFFECTS);
    const id = `${key}:${effect}`;
    if (seen.has(id)) errors.duplicate(at, taint);
    seen.add(id);
  }
  const range = stringAt(spec, "podCIDR");
  if (range !== "" && !isNetwork(range)) {
    errors.invalid("spec.podCIDRs[0]", range, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  }
}

export function validateNodeUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  for (const field of ["podCIDR", "providerID"]) {
    const before = objectAt(old, "spec")?.[field];
    if (before === undefined || semanticEqual(objectAt(object, "spec")?.[field], before)) continue;
    errors.forbidden(`spec.${field}`, `node updates may not change ${field} except from "" to valid`);
  }
}

export function validateRuntimeClass(errors: FieldErrors, object: ApiObject): void {
  const handler = stringAt(object, "handler");
  errors.invalidEach("handler", handler, dnsLabel(handler));
}

export function validateRuntimeClassUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  validateImmutable(errors, object.handler, old.handler, "handler");
}
