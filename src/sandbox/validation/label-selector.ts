import type { JsonObject } from "../model/object.ts";
import { objectsAt, stringAt, stringMapAt, stringsAt } from "../schema/fields.ts";
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
