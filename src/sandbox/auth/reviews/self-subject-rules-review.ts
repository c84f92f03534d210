import { isJsonObject, type JsonObject } from "../../model/object.ts";
import { badRequest } from "../../model/status-error.ts";
import type { VirtualResource } from "../../model/virtual-resource.ts";
import type { PolicyRule } from "../rbac/policy-rule.ts";
import { rulesForUser } from "../rbac/rbac-authorizer.ts";
import { rbacIndexOf } from "../rbac/rbac-index.ts";

/** `SelfSubjectRulesReview`: what may I do in a namespace? The answer says nothing of the question. */
export function selfSubjectRulesReviews(): VirtualResource {
  return {
    group: "authorization.k8s.io",
    resource: "selfsubjectrulesreviews",
    create(review, { user, registry }) {
      const namespace = isJsonObject(review.spec) ? review.spec.namespace : undefined;
      if (typeof namespace !== "string" || namespace === "") throw badRequest("no namespace on request");
      const { rules, error } = rulesForUser(rbacIndexOf(registry), user, namespace);
      return {
        apiVersion: review.apiVersion,
        kind: review.kind,
        metadata: {},
        spec: {},
        status: {
          resourceRules: rules.filter((rule) => (rule.resources ?? []).length > 0).map(resourceRule),
          nonResourceRules: rules.filter((rule) => (rule.nonResourceURLs ?? []).length > 0).map(nonResourceRule),
          incomplete: false,
          ...(error === "" ? {} : { evaluationError: error }),
        },
      };
    },
  };
}

function resourceRule({ verbs, apiGroups, resources, resourceNames = [] }: PolicyRule): JsonObject {
  return { verbs, apiGroups, resources, ...(resourceNames.length === 0 ? {} : { resourceNames }) };
}

function nonResourceRule({ verbs, nonResourceURLs }: PolicyRule): JsonObject {
  return { verbs, nonResourceURLs };
}
