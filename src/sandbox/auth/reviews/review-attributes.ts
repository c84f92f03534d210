import type { FieldError } from "../../model/field-error.ts";
import { isJsonObject, type JsonObject } from "../../model/object.ts";
import type { RequestAttributes } from "../../model/request-attributes.ts";

/** The request that an access review's `spec` asks about. Missing fields are empty. */
export function reviewedAttributes(spec: JsonObject): RequestAttributes {
  const resource = isJsonObject(spec.resourceAttributes) ? spec.resourceAttributes : undefined;
  const nonResource = isJsonObject(spec.nonResourceAttributes) ? spec.nonResourceAttributes : {};
  const from = resource ?? nonResource;
  const text = (field: string): string => (typeof from[field] === "string" ? from[field] : "");
  return {
    verb: text("verb"),
    isResourceRequest: resource !== undefined,
    path: text("path"),
    group: text("group"),
    version: text("version"),
    resource: text("resource"),
    subresource: text("subresource"),
    namespace: text("namespace"),
    name: text("name"),
  };
}

/**
 * What is wrong with the part of `spec` that all access reviews share:
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/authorization/validation/validation.go
 */
export function validateReviewedAttributes(spec: JsonObject): FieldError[] {
  const resource = isJsonObject(spec.resourceAttributes);
  const nonResource = isJsonObject(spec.nonResourceAttributes);
  if (resource && nonResource) {
    return [
      {
        type: "FieldValueInvalid",
        field: "spec.nonResourceAttributes",
        badValue: spec.nonResourceAttributes,
        detail: "cannot be specified in combination with resourceAttributes",
      },
    ];
  }
  if (resource || nonResource) return [];
  return [
    {
      type: "FieldValueInvalid",
      field: "spec.resourceAttributes",
      badValue: null,
      detail: "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    },
  ];
}

/** A review's metadata says nothing; its managed fields are the server's own. */
export function validateEmptyMetadata(metadata: object, allowed: readonly string[] = []): FieldError[] {
  const given = Object.entries(metadata).filter(
    ([field, value]) => field !== "managedFields" && !allowed.includes(field) && value !== null && value !== "",
  );
  if (given.length === 0) return [];
  return [{ type: "FieldValueInvalid", field: "metadata", badValue: metadata, detail: "must be empty" }];
}
