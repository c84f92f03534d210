import type { FieldError } from "../model/field-error.ts";
import { isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { childPath, invalidValue, required } from "./field-errors.ts";
import { dnsLabelFaults } from "./name-rules.ts";
import { schemaOf } from "./prune-custom.ts";

/**
 * Checks what embedded resources must have: an apiVersion and a kind.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/objectmeta/validation.go
 */
export function validateEmbedded(value: unknown, schema: Schema | undefined, path = ""): FieldError[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => validateEmbedded(item, schema.items, `${path}[${index}]`));
  }
  if (!isJsonObject(value)) return [];
  const own = schema["x-kubernetes-embedded-resource"] === true ? checkTypeMeta(value, path) : [];
  const below = Object.keys(value).flatMap((key) =>
    validateEmbedded(value[key], schemaOf(schema, key), childPath(path, key)),
  );
  return [...own, ...below];
}

function checkTypeMeta(value: JsonObject, path: string): FieldError[] {
  return ["apiVersion", "kind"].flatMap((name): FieldError[] => {
    const field = childPath(path, name);
    if (!Object.hasOwn(value, name)) return [required(field)];
    const text = value[name];
    if (typeof text !== "string") return [invalidValue(field, text, "must be a string")];
    if (text === "") return [invalidValue(field, text, "must not be empty")];
    if (name === "apiVersion") {
      const wrong = text.split("/").length > 2;
      return wrong ? [invalidValue(field, text, `unexpected GroupVersion string: ${text}`)] : [];
    }
    const faults = dnsLabelFaults(text.toLowerCase());
    const detail = `may have mixed case, but should otherwise match: ${faults.join(",")}`;
    return faults.length === 0 ? [] : [invalidValue(field, text, detail)];
  });
}
