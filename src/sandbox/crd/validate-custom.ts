import type { ResourceDefinition } from "../model/definition.ts";
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { hasRules, validateRules } from "./cel/validate-rules.ts";
import { under } from "./field-errors.ts";
import { validateEmbedded } from "./validate-embedded.ts";
import { validateLists } from "./validate-lists.ts";
import { validateScale } from "./validate-scale.ts";
import { validateValue } from "./validate-value.ts";

/** Faults after which rules are not evaluated: the rules could fail because of them. */
const BLOCKING: ReadonlySet<FieldError["type"]> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const UNCHECKED: FieldError = {
  type: "FieldValueInvalid",
  field: "<nil>",
  badValue: null,
  detail:
    "some validation rules were not checked because the object was invalid; " +
    "correct the existing errors to complete validation",
};

/**
 * Everything that a CustomResourceDefinition demands of its objects, metadata aside: the OpenAPI schema, unique list
 * items, embedded resources, and the rules in CEL.
 *
 * @param old What is stored, for an update: what did not change is not judged again, and transition rules apply.
 * @param subresource `status` checks the status' schema only, and all rules.
 */
export function validateCustom(
  definition: ResourceDefinition,
  object: ApiObject,
  old?: ApiObject,
  subresource = "",
): FieldError[] {
  const schema = ownSchema(definition);
  if (schema === undefined) return [];
  const scale = definition.custom?.scale;
  const errors = [
    ...(subresource === "status" ? statusErrors(object, schema, old) : validateValue(object, schema, "", old)),
    ...(scale === undefined || subresource === "status" ? [] : validateScale(object, scale, "spec")),
    ...(scale === undefined ? [] : validateScale(object, scale, "status")),
    ...validateEmbedded(object, schema),
    ...(old !== undefined && validateLists(old, schema).length > 0 ? [] : validateLists(object, schema)),
  ];
  if (!hasRules(schema)) return errors;
  if (errors.some(({ type }) => BLOCKING.has(type))) return [...errors, UNCHECKED];
  return [...errors, ...validateRules(object, old, schema)];
}

function statusErrors(object: ApiObject, schema: Schema, old: ApiObject | undefined): FieldError[] {
  const status = schema.properties?.status;
  if (status === undefined || object.status === undefined) return [];
  return validateValue(object.status, status, "", old?.status).map((error) => under("status", error));
}

const own = new WeakMap<Schema, Schema>();

/** The schema without metadata, which is checked as every object's. */
function ownSchema({ schema }: ResourceDefinition): Schema | undefined {
  if (schema === undefined) return undefined;
  let known = own.get(schema);
  if (known === undefined) {
    const { metadata: _metadata, ...properties } = schema.properties ?? {};
    known = { ...schema, properties };
    own.set(schema, known);
  }
  return known;
}
