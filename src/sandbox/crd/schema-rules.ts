import type { FieldError } from "../model/field-error.ts";
import type { CelRule, Schema } from "../model/schema.ts";
import { followPath } from "./cel/field-path.ts";
import { compileRule } from "./cel/rules.ts";
import { forbiddenValue, invalidValue, notSupported, required } from "./field-errors.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];
const UNSUPPORTED = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const;
const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/**
 * Checks every node of a custom resource's schema: what OpenAPI features Kubernetes allows, its list and map types,
 * its rules.
 *
 * @param compile Whether rules are compiled: of a schema that is otherwise good.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apis/apiextensions/validation/validation.go
 */
export function validateSchemaRules(schema: Schema, path: string, compile: boolean): FieldError[] {
  const errors = checkFeatures(schema, path);
  for (const [place, child] of childrenOf(schema, path)) errors.push(...validateSchemaRules(child, place, compile));
  errors.push(...checkMapType(schema, path), ...checkListType(schema, path), ...checkRuleTexts(schema, path));
  return errors.length > 0 || !compile ? errors : checkRules(schema, path);
}

function checkFeatures(schema: Schema, path: string): FieldError[] {
  const { type, items } = schema;
  const errors: FieldError[] = [];
  if (type !== undefined && type !== "" && !TYPES.includes(type))
    errors.push(notSupported(`${path}.type`, type, TYPES));
  for (const name of UNSUPPORTED) {
    if (Object.hasOwn(schema, name)) errors.push(forbiddenValue(`${path}.${name}`, `${name} is not supported`));
  }
  if (type === "null") {
    errors.push(forbiddenValue(`${path}.type`, "type cannot be set to null, use nullable as an alternative"));
  }
  if (Array.isArray(items)) {
    errors.push(forbiddenValue(`${path}.items`, "items must be a schema object and not an array"));
  }
  if (schema.uniqueItems === true) {
    const detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    errors.push(forbiddenValue(`${path}.uniqueItems`, detail));
  }
  const { properties = {}, additionalProperties } = schema;
  if (Object.keys(properties).length > 0 && additionalProperties !== undefined && additionalProperties !== true) {
    const detail = "additionalProperties and properties are mutual exclusive";
    errors.push(forbiddenValue(`${path}.additionalProperties`, detail));
  }
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    errors.push(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"));
  }
  return errors;
}

function checkMapType({ type = "", "x-kubernetes-map-type": mapType }: Schema, path: string): FieldError[] {
  if (mapType === undefined) return [];
  const errors: FieldError[] = [];
  if (type !== "object")
    errors.push(wrongType(`${path}.type`, type, "must be object if x-kubernetes-map-type is specified"));
  const allowed = ["atomic", "granular"];
  if (!allowed.includes(mapType)) errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, allowed));
  return errors;
}

function checkListType(schema: Schema, path: string): FieldError[] {
  const { type = "", items } = schema;
  const listType: string | undefined = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const place = `${path}.x-kubernetes-list-type`;
  const errors: FieldError[] = [];
  if (listType !== undefined && type !== "array") {
    errors.push(wrongType(`${path}.type`, type, "must be array if x-kubernetes-list-type is specified"));
  } else if (listType === "set" && items !== undefined) {
    errors.push(...checkSetItems(items, path));
  }
  const allowed = ["atomic", "set", "map"];
  if (listType !== undefined && !allowed.includes(listType)) errors.push(notSupported(place, listType, allowed));
  if (keys.length > 0 && listType !== "map") {
    errors.push(wrongType(place, listType ?? "", "must be map if x-kubernetes-list-map-keys is non-empty"));
  }
  if (listType === "map") errors.push(...checkMapList(schema, keys, path));
  if ((listType === "map" || listType === "set") && items?.nullable === true) {
    errors.push(
      forbiddenValue(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`),
    );
  }
  return errors;
}

function checkSetItems(items: Schema, path: string): FieldError[] {
  const detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const listType = items["x-kubernetes-list-type"];
  if (items.type === "array" && listType !== undefined && listType !== "atomic") {
    return [invalidValue(`${path}.items.x-kubernetes-list-type`, listType, detail)];
  }
  if (items.type === "object" && items["x-kubernetes-map-type"] !== "atomic") {
    return [invalidValue(`${path}.items.x-kubernetes-map-type`, listType ?? null, detail)];
  }
  return [];
}

function checkMapList(schema: Schema, keys: readonly string[], path: string): FieldError[] {
  const { items } = schema;
  const place = `${path}.x-kubernetes-list-map-keys`;
  const errors: FieldError[] = [];
  if (keys.length === 0) errors.push(required(place, "must not be empty if x-kubernetes-list-type is map"));
  if (items === undefined) {
    return [...errors, required(`${path}.items`, "must have a schema if x-kubernetes-list-type is map")];
  }
  if (items.type !== "object") {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    return [...errors, invalidValue(`${path}.items.type`, items.type ?? "", detail)];
  }
  for (const [index, key] of keys.entries()) {
    const property =
      items.properties !== undefined && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
    const below = `${path}.items.properties[${key}]`;
    if (property === undefined) {
      errors.push(invalidValue(place, keys, "entries must all be names of item properties"));
    } else if (property.type === "array" || property.type === "object") {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(invalidValue(`${below}.type`, items.type, detail));
    }
    if (keys.indexOf(key) !== index) errors.push(invalidValue(place, keys, "must not contain duplicate entries"));
    if (property !== undefined && items.required?.includes(key) !== true && property.default === undefined) {
      const detail =
        "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
      errors.push(required(`${below}.default`, detail));
    }
    if (property?.nullable === true) {
      const detail = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
      errors.push(forbiddenValue(`${below}.nullable`, detail));
    }
  }
  return errors;
}

function checkRuleTexts(schema: Schema, path: string): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).flatMap((rule, index) =>
    checkRuleText(rule, schema, `${path}.x-kubernetes-validations[${index}]`),
  );
}

function checkRuleText(rule: CelRule, schema: Schema, place: string): FieldError[] {
  const { message = "", messageExpression = "", reason, fieldPath = "" } = rule;
  const text = (rule.rule ?? "").trim();
  const errors: FieldError[] = [];
  if (text === "") errors.push(required(`${place}.rule`, "rule is not specified"));
  else if (message !== "" && message.trim() === "") {
    errors.push(invalidValue(`${place}.message`, message, "must be non-empty if specified"));
  } else if (hasLineBreak(message.trim())) {
    errors.push(invalidValue(`${place}.message`, message, "must not contain line breaks"));
  } else if (hasLineBreak(text) && message === "") {
    errors.push(required(`${place}.message`, "message must be specified if rule contains line breaks"));
  }
  if (messageExpression !== "" && messageExpression.trim() === "") {
    errors.push(required(`${place}.messageExpression`, "messageExpression must be non-empty if specified"));
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${place}.reason`, reason, REASONS));
  if (fieldPath !== "" && typeof followPath(fieldPath, schema) === "string") {
    errors.push(invalidValue(`${place}.fieldPath`, fieldPath, "must be a valid path"));
  }
  return errors;
}

function checkRules(schema: Schema, path: string): FieldError[] {
  return (schema["x-kubernetes-validations"] ?? []).flatMap((rule, index) => {
    const place = `${path}.x-kubernetes-validations[${index}]`;
    const errors: FieldError[] = [];
    const compiled = compileRule(rule.rule);
    if (!compiled.ok) errors.push(invalidValue(`${place}.rule`, rule, `compilation failed: ${compiled.error}`));
    else if (!compiled.usesOldSelf && rule.optionalOldSelf !== undefined) {
      const detail = "may not be set if oldSelf is not used in rule";
      errors.push(invalidValue(`${place}.optionalOldSelf`, rule.optionalOldSelf, detail));
    }
    const message = rule.messageExpression === undefined ? undefined : compileRule(rule.messageExpression);
    if (message?.ok === false) {
      const detail = `messageExpression compilation failed: ${message.error}`;
      errors.push(invalidValue(`${place}.messageExpression`, rule, detail));
    }
    return errors;
  });
}

function wrongType(field: string, found: string, detail: string): FieldError {
  return found === "" ? required(field, detail) : invalidValue(field, found, detail);
}

function hasLineBreak(text: string): boolean {
  return /[\n\r]/.test(text);
}

function childrenOf(schema: Schema, path: string): [path: string, schema: Schema][] {
  const { properties = {}, additionalProperties, items, not } = schema;
  const junctors = (["allOf", "oneOf", "anyOf"] as const).flatMap((name) =>
    (schema[name] ?? []).map((one, index): [string, Schema] => [`${path}.${name}[${index}]`, one]),
  );
  return [
    ...(typeof additionalProperties === "object"
      ? [[`${path}.additionalProperties`, additionalProperties] as [string, Schema]]
      : []),
    ...Object.entries(properties).map(([key, one]): [string, Schema] => [`${path}.properties[${key}]`, one]),
    ...(not === undefined ? [] : [[`${path}.not`, not] as [string, Schema]]),
    ...junctors,
    ...(items === undefined || Array.isArray(items) ? [] : [[`${path}.items`, items] as [string, Schema]]),
  ];
}
