/**
 * Validation of built-in kinds, in the server's words: https://github.com/kubernetes/kubernetes/tree/master/pkg/apis
 * A custom resource's metadata is checked here, the rest against its own schema elsewhere.
 */
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject } from "../model/object.ts";
import { enumCheck } from "./enums.ts";
import { FieldErrors } from "./field-errors.ts";
import { KIND_RULES } from "./kind-rules.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "./object-meta.ts";
import type { KindRules } from "./rules.ts";

/** Sub-resources that exist to change what a write of the pod itself may not. */
const LIFTS_UPDATE_RULES = new Set(["binding", "ephemeralcontainers", "resize"]);

/** What is wrong with an object about to be created: decoded, defaulted and named. Empty: nothing. */
export function validateCreate(definition: ResourceDefinition, object: ApiObject): FieldError[] {
  const errors = new FieldErrors();
  if (definition.custom !== undefined) validateTypeMeta(errors, definition, object);
  validateObjectMeta(errors, object.metadata, definition);
  const rules = rulesOf(definition);
  rules.always?.(errors, object);
  rules.create?.(errors, object);
  validateEnums(errors, definition, object);
  return errors.list;
}

/**
 * What is wrong with an object about to take the place of `old`; its `metadata.resourceVersion` must be set.
 * `subresource` is empty for a write of the whole object.
 */
export function validateUpdate(
  definition: ResourceDefinition,
  old: ApiObject,
  object: ApiObject,
  subresource = "",
): FieldError[] {
  if (subresource === "status") return validateStatusUpdate(definition, old, object);
  const errors = new FieldErrors();
  if (definition.custom !== undefined) validateTypeMeta(errors, definition, object);
  validateObjectMetaUpdate(errors, object.metadata, old.metadata);
  const rules = rulesOf(definition);
  rules.always?.(errors, object);
  if (!LIFTS_UPDATE_RULES.has(subresource)) rules.update?.(errors, object, old);
  validateEnums(errors, definition, object);
  return errors.list;
}

/** What is wrong with a write to the status of `old`. */
export function validateStatusUpdate(definition: ResourceDefinition, old: ApiObject, object: ApiObject): FieldError[] {
  const errors = new FieldErrors();
  validateObjectMetaUpdate(errors, object.metadata, old.metadata);
  rulesOf(definition).status?.(errors, object, old);
  return errors.list;
}

function rulesOf(definition: ResourceDefinition): KindRules {
  if (definition.custom !== undefined) return {};
  return KIND_RULES[`${definition.group}/${definition.kind}`] ?? {};
}

function validateEnums(errors: FieldErrors, definition: ResourceDefinition, object: ApiObject): void {
  if (definition.custom !== undefined || definition.schema === undefined) return;
  enumCheck(definition.schema, definition.schemas)?.(errors, object, "");
}

function validateTypeMeta(errors: FieldErrors, definition: ResourceDefinition, object: ApiObject): void {
  if (object.kind !== definition.kind) errors.invalid("kind", object.kind, `must be ${definition.kind}`);
  const expected = groupVersion(definition);
  if (object.apiVersion !== expected) errors.invalid("apiVersion", object.apiVersion, `must be ${expected}`);
}
