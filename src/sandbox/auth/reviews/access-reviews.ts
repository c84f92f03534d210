import type { FieldError } from "../../model/field-error.ts";
import type { Identity } from "../../model/identity.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../../model/object.ts";
import { badRequest, invalid } from "../../model/status-error.ts";
import type { UserInfo } from "../../model/user.ts";
import type { VirtualResource } from "../../model/virtual-resource.ts";
import { reviewedAttributes, validateEmptyMetadata, validateReviewedAttributes } from "./review-attributes.ts";

const GROUP = "authorization.k8s.io";

type Authorize = Identity["authorize"];

/** `SelfSubjectAccessReview`: may I? */
export function selfSubjectAccessReviews(authorize: Authorize): VirtualResource {
  return {
    group: GROUP,
    resource: "selfsubjectaccessreviews",
    create(review, { user }) {
      const spec = specOf(review);
      refuse(review, [...validateReviewedAttributes(spec), ...validateEmptyMetadata(review.metadata)]);
      return answered(review, spec, user, authorize);
    },
  };
}

/** `SubjectAccessReview`: may they? */
export function subjectAccessReviews(authorize: Authorize): VirtualResource {
  return {
    group: GROUP,
    resource: "subjectaccessreviews",
    create(review) {
      const spec = specOf(review);
      refuse(review, [
        ...validateReviewedAttributes(spec),
        ...validateSubject(spec),
        ...validateEmptyMetadata(review.metadata),
      ]);
      return answered(review, spec, reviewedUser(spec), authorize);
    },
  };
}

/** `LocalSubjectAccessReview`: may they, in this namespace? */
export function localSubjectAccessReviews(authorize: Authorize): VirtualResource {
  return {
    group: GROUP,
    resource: "localsubjectaccessreviews",
    create(review, { namespace }) {
      const spec = specOf(review);
      const errors = [
        ...validateReviewedAttributes(spec),
        ...validateSubject(spec),
        ...validateEmptyMetadata(review.metadata, ["namespace"]),
      ];
      const asked = isJsonObject(spec.resourceAttributes) ? (spec.resourceAttributes.namespace ?? "") : namespace;
      if (asked !== namespace) {
        errors.push({
          type: "FieldValueInvalid",
          field: "spec.resourceAttributes.namespace",
          badValue: asked,
          detail: "must match metadata.namespace",
        });
      }
      if (isJsonObject(spec.nonResourceAttributes)) {
        errors.push({
          type: "FieldValueInvalid",
          field: "spec.nonResourceAttributes",
          badValue: spec.nonResourceAttributes,
          detail: "disallowed on this kind of request",
        });
      }
      refuse(review, errors);
      if (review.metadata.namespace !== undefined && review.metadata.namespace !== namespace) {
        throw badRequest(`namespace does not match: ${review.metadata.namespace}`);
      }
      return answered(review, spec, reviewedUser(spec), authorize);
    },
  };
}

function specOf(review: ApiObject): JsonObject {
  return isJsonObject(review.spec) ? review.spec : {};
}

function refuse(review: ApiObject, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: GROUP, kind: review.kind }, "", errors);
}

function validateSubject(spec: JsonObject): FieldError[] {
  const { user } = reviewedSubject(spec);
  if (user !== "" || (Array.isArray(spec.groups) && spec.groups.length > 0)) return [];
  return [
    {
      type: "FieldValueInvalid",
      field: "spec.user",
      badValue: user,
      detail: "at least one of user or group must be specified",
    },
  ];
}

function reviewedSubject(spec: JsonObject): { user: string } {
  return { user: typeof spec.user === "string" ? spec.user : "" };
}

function reviewedUser(spec: JsonObject): UserInfo {
  return {
    username: reviewedSubject(spec).user,
    groups: Array.isArray(spec.groups) ? spec.groups.map(String) : [],
    ...(typeof spec.uid === "string" ? { uid: spec.uid } : {}),
    ...(isJsonObject(spec.extra) ? { extra: spec.extra as Record<string, string[]> } : {}),
  };
}

function answered(review: ApiObject, spec: JsonObject, user: UserInfo, authorize: Authorize): ApiObject {
  const { allowed, reason } = authorize(user, reviewedAttributes(spec));
  return {
    ...review,
    spec: withoutEmpty(spec),
    status: { allowed, ...(reason === "" ? {} : { reason }) },
  };
}

/** The API omits empty strings from a review's attributes. */
function withoutEmpty(spec: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(spec)
      .filter(([, value]) => value !== "")
      .map(([field, value]) => [field, isJsonObject(value) ? withoutEmpty(value) : value]),
  );
}
