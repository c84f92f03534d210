import { isJsonObject, type JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, stringAt, stringMapAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { labelValue, qualifiedName } from "./names.ts";
import { validateLabels } from "./object-meta.ts";

/** `matchLabels` and `matchExpressions`: https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/validation/validation.go */
export function validateLabelSelector(errors: FieldErrors, selector: JsonObject | undefined, path: string): void {
  if (selector === undefined) return;
  validateLabels(errors, stringMapAt(selector, "matchLabels"), `${path}.matchLabels`);
  for (const [index, expression] of objectsAt(selector, "matchExpressions").entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const operator = stringAt(expression, "operator");
    const values = stringsAt(expression, "values");
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0) errors.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0) {
        errors.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
      }
    } else errors.invalid(`${at}.operator`, operator, "not a valid selector operator");
    errors.invalidEach(`${at}.key`, stringAt(expression, "key"), qualifiedName(stringAt(expression, "key")));
    for (const [position, value] of values.entries()) {
      errors.invalidEach(`${at}.values[${position}]`, value, labelValue(value));
    }
  }
}

/** Whether a selector selects everything. */
export function isEmptySelector(selector: JsonObject): boolean {
  const labels = objectAt(selector, "matchLabels");
  return Object.keys(labels ?? {}).length === 0 && objectsAt(selector, "matchExpressions").length === 0;
}

/** Whether labels satisfy a selector; no selector selects nothing, an empty one everything. */
export function selectorMatches(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  if (!isJsonObject(selector)) return false;
  const wanted = Object.entries(objectAt(selector, "matchLabels") ?? {});
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return objectsAt(selector, "matchExpressions").every((expression) => {
    const value = labels[stringAt(expression, "key")];
    const values = stringsAt(expression, "values");
    switch (expression.operator) {
      case "In":
        return typeof value === "string" && values.includes(value);
      case "NotIn":
        return typeof value !== "string" || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}
