import type { OperationContext } from "../context.ts";
import { attributesOf, type CanOptions } from "./attributes.ts";
import { review } from "./review.ts";

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
export async function can(
  operation: OperationContext,
  verb: string,
  resource: string,
  options: CanOptions = {},
): Promise<boolean> {
  const attributes = await attributesOf(operation, verb, resource, options);
  const spec = "path" in attributes ? { nonResourceAttributes: attributes } : { resourceAttributes: attributes };
  const asked = { group: "authorization.k8s.io", version: "v1", kind: "SelfSubjectAccessReview" };
  const { status } = await review<{ allowed?: boolean }>(operation.transport, asked, spec, options);
  return status?.allowed === true;
}
