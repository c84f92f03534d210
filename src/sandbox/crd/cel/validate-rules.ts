import { type FieldError, OMITTED } from "../../model/field-error.ts";
import { isJsonObject } from "../../model/object.ts";
import type { CelRule, Schema } from "../../model/schema.ts";
import { equalJson } from "../../patch/json-value.ts";
import { childPath, duplicate, forbiddenValue, invalidValue, required } from "../field-errors.ts";
import { elementsByKey, oldItem } from "../list-correlation.ts";
import { followPath } from "./field-path.ts";
import { celMessage, compileRule, MAKE } from "./rules.ts";
import { celValue, isEmbedded } from "./values.ts";

/** A value, what it was before the update (undefined: not known), and where it stands. */
interface Place {
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
  /** A whole object, with metadata. */
  readonly root: boolean;
}

const known = new WeakMap<Schema, boolean>();

/** Whether there are `x-kubernetes-validations` anywhere in the schema. */
export function hasRules(schema: Schema): boolean {
  let found = known.get(schema);
  if (found === undefined) {
    found = (schema["x-kubernetes-validations"]?.length ?? 0) > 0 || subschemas(schema).some(hasRules);
    known.set(schema, found);
  }
  return found;
}

/**
 * Evaluates every rule of the schema. Rules over `oldSelf` apply where there is an old value, and to a new one only
 * with `optionalOldSelf`; the others do not judge again what an update left as it was.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/cel/validation.go
 */
export function validateRules(value: unknown, old: unknown, schema: Schema): FieldError[] {
  return visit({ value, old, path: "", root: true }, schema);
}

function visit(place: Place, schema: Schema): FieldError[] {
  const { value, old, path } = place;
  if (!hasRules(schema) || value === null || value === undefined) return [];
  const errors = evaluateAll(place, schema, schema["x-kubernetes-validations"] ?? []);
  for (const part of schema.allOf ?? []) {
    errors.push(...evaluateAll(place, { ...schema, ...part }, part["x-kubernetes-validations"] ?? []));
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return errors;
    const olds = elementsByKey(schema, old);
    for (const [index, item] of value.entries()) {
      const before = oldItem(schema, olds, item);
      errors.push(...visit({ value: item, old: before, path: `${path}[${index}]`, root: isEmbedded(items) }, items));
    }
  } else if (isJsonObject(value)) {
    const before = isJsonObject(old) && schema["x-kubernetes-map-type"] !== "atomic" ? old : {};
    const { properties = {}, additionalProperties } = schema;
    for (const key of Object.keys(value)) {
      const declared = Object.hasOwn(properties, key);
      const property = declared ? properties[key] : additionalProperties;
      if (typeof property !== "object") continue;
      const below = declared ? childPath(path, key) : `${path}[${key}]`;
      const next = { value: value[key], old: before[key], path: below, root: isEmbedded(property) };
      errors.push(...visit(next, property));
    }
  }
  return errors;
}

function evaluateAll(place: Place, schema: Schema, rules: readonly CelRule[]): FieldError[] {
  if (rules.length === 0) return [];
  const self = celValue(place.value, schema, MAKE, place.root);
  const hasOld = place.old !== undefined && place.old !== null;
  const oldSelf = hasOld ? celValue(place.old, schema, MAKE, place.root) : undefined;
  const unchanged = hasOld && equalJson(place.value, place.old);
  return rules.flatMap((rule) => {
    const variables = { self, ...oldSelfFor(rule, hasOld, oldSelf) };
    return evaluate(rule, variables, { place, schema, hasOld, unchanged });
  });
}

function oldSelfFor(rule: CelRule, hasOld: boolean, oldSelf: unknown): { oldSelf?: unknown } {
  if (rule.optionalOldSelf === true) return { oldSelf: hasOld ? MAKE.someOf(oldSelf) : MAKE.none() };
  return hasOld ? { oldSelf } : {};
}

function evaluate(
  rule: CelRule,
  variables: Readonly<Record<string, unknown>>,
  at: { place: Place; schema: Schema; hasOld: boolean; unchanged: boolean },
): FieldError[] {
  const { place, schema } = at;
  const field = place.path === "" ? "<nil>" : place.path;
  const compiled = compileRule(rule.rule);
  if (!compiled.ok) return [invalidValue(field, schema.type, `rule compile error: ${compiled.error}`)];
  if (compiled.usesOldSelf && !at.hasOld && rule.optionalOldSelf !== true) return [];
  if (!compiled.usesOldSelf && at.unchanged) return [];
  try {
    if (compiled.evaluate(variables) === true) return [];
  } catch (error) {
    return [invalidValue(field, schema.type, evaluationFault(celMessage(error), rule))];
  }
  const target = rule.fieldPath === undefined ? undefined : followPath(rule.fieldPath, schema);
  const path = typeof target === "object" ? joined(place.path, target.path) : field;
  return [failure(path, place.value, schema, rule, messageOf(rule, variables))];
}

function evaluationFault(message: string, rule: CelRule): string {
  if (!/^(no such overload|found no matching overload)/.test(message)) {
    return `${message} evaluating rule: ${nameOf(rule)}`;
  }
  const what = "call arguments did not match a supported operator, function or macro signature for rule";
  return `'${message}': ${what}: ${nameOf(rule)}`;
}

function failure(path: string, value: unknown, schema: Schema, rule: CelRule, detail: string): FieldError {
  const shown = schema.type === "object" || schema.type === "array" ? OMITTED : value;
  switch (rule.reason) {
    case "FieldValueForbidden":
      return forbiddenValue(path, detail);
    case "FieldValueRequired":
      return required(path, detail);
    case "FieldValueDuplicate":
      return duplicate(path, shown);
    default:
      return invalidValue(path, shown, detail);
  }
}

/** The rule's message: computed, fixed, or the rule itself. A message that cannot be computed gives way to the next. */
function messageOf(rule: CelRule, variables: Readonly<Record<string, unknown>>): string {
  const computed = rule.messageExpression === undefined ? undefined : compileRule(rule.messageExpression);
  if (computed?.ok === true) {
    try {
      const text = computed.evaluate(variables);
      if (typeof text === "string" && text.trim() !== "" && !text.trim().includes("\n")) return text.trim();
    } catch {
      // an expression may fail for values that the rule did not foresee
    }
  }
  return rule.message === undefined || rule.message === "" ? `failed rule: ${nameOf(rule)}` : rule.message.trim();
}

function nameOf({ message, rule }: CelRule): string {
  return (message === undefined || message === "" ? rule : message).trim();
}

function joined(path: string, below: string): string {
  return below.startsWith("[") ? `${path}${below}` : childPath(path, below);
}

function subschemas({ properties, additionalProperties, items, allOf }: Schema): Schema[] {
  return [
    ...Object.values(properties ?? {}),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
    ...(items === undefined ? [] : [items]),
    ...(allOf ?? []),
  ];
}
