/** Names and amounts of resources. */
import type { JsonObject } from "../model/object.ts";
import { objectAt } from "../schema/fields.ts";
import { formatQuantity, quantityNano, quantityOf } from "../schema/quantity.ts";
import type { FieldErrors } from "./field-errors.ts";
import { qualifiedName } from "./names.ts";
import { isWhole, validateQuantity } from "./values.ts";

const CONTAINER_RESOURCES = new Set(["cpu", "memory", "ephemeral-storage"]);

/** A container's, or a pod's, requests and limits. */
export function validateResourceRequirements(
  errors: FieldErrors,
  resources: JsonObject | undefined,
  path: string,
): void {
  const limits = objectAt(resources, "limits") ?? {};
  const requests = objectAt(resources, "requests") ?? {};
  for (const [name, value] of Object.entries(limits)) validateAmount(errors, name, value, `${path}.limits`);
  for (const [name, value] of Object.entries(requests)) {
    validateAmount(errors, name, value, `${path}.requests`);
    const limit = limits[name];
    if (limit === undefined) {
      if (!mayOvercommit(name)) errors.required(`${path}.limits`, "Limit must be set for non overcommitable resources");
      continue;
    }
    const [asked, most] = [quantityNano(value), quantityNano(limit)];
    const text = quantityOf(limit);
    const shown = text === undefined ? String(limit) : formatQuantity(text);
    if (asked !== most && !mayOvercommit(name)) {
      errors.invalid(`${path}.requests`, value, `must be equal to ${name} limit of ${shown}`);
    } else if (asked > most) {
      errors.invalid(`${path}.requests`, value, `must be less than or equal to ${name} limit of ${shown}`);
    }
  }
}

/** Extended and huge-page resources are given whole or not at all. */
function mayOvercommit(name: string): boolean {
  return !name.startsWith("hugepages-") && (!name.includes("/") || /(^|\.)kubernetes\.io\//.test(name));
}

function validateAmount(errors: FieldErrors, name: string, value: unknown, path: string): void {
  const at = `${path}[${name}]`;
  const messages = qualifiedName(name);
  errors.invalidEach(at, name, messages);
  const standard = CONTAINER_RESOURCES.has(name) || name.startsWith("hugepages-");
  if (messages.length === 0 && !name.includes("/") && !standard) {
    errors.invalid(at, name, "must be a standard resource type or fully qualified");
    errors.invalid(at, name, "must be a standard resource for containers");
  }
  validateQuantity(errors, value, at);
  if (name.includes("/") && !isWhole(value)) errors.invalid(at, value, "must be an integer");
}
