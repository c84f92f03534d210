import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import { badRequest } from "../model/status-error.ts";
import { fieldValue, selectableFields } from "./selectable-fields.ts";

/** Decides by an object's selectable fields. */
export type FieldMatcher = (object: ApiObject) => boolean;

/** One `field=value` or `field!=value`. */
interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

/**
 * Parses a field selector against what a resource lets select:
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/fields/selector.go
 */
export function parseFieldSelector(text: string, definition: ResourceDefinition): FieldMatcher {
  const terms = split(text).map(term);
  const known = selectableFields(definition);
  for (const { field } of terms) {
    if (known.includes(field)) continue;
    throw badRequest(unknownField(field, definition, known));
  }
  return (object) => terms.every(({ field, value, equal }) => (fieldValue(object, field) === value) === equal);
}

function unknownField(field: string, definition: ResourceDefinition, known: readonly string[]): string {
  // kinds without a conversion of their own are told of the two fields that every kind has
  const general = known.length === 2 && definition.custom === undefined;
  if (general) {
    return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  }
  return `field label not supported: ${field}`;
}

/** Terms are separated by commas that no backslash escapes. */
function split(text: string): string[] {
  const terms: string[] = [];
  let current = "";
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === "\\") {
      current += character + text.charAt(index + 1);
      index += 1;
    } else if (character === ",") {
      terms.push(current);
      current = "";
    } else {
      current += character;
    }
  }
  return [...terms, current].filter((one) => one !== "");
}

function term(text: string): FieldTerm {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charAt(index) === "\\") {
      index += 1;
      continue;
    }
    const operator = ["!=", "==", "="].find((one) => text.startsWith(one, index));
    if (operator === undefined) continue;
    return {
      field: text.slice(0, index).trim(),
      value: unescaped(text.slice(index + operator.length)),
      equal: operator !== "!=",
    };
  }
  throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
}

function unescaped(value: string): string {
  return value.replace(/\\([\\,=])/g, "$1");
}
