import type { RequestAttributes } from "../model/request-attributes.ts";
import { forbidden, StatusError } from "../model/status-error.ts";

/**
 * The 403 of a request that authorization refused, worded as
 * https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/responsewriters/errors.go
 */
export function requestForbidden(username: string, attributes: RequestAttributes, reason: string): StatusError {
  const suffix = reason === "" ? "" : `: ${reason}`;
  const user = JSON.stringify(username);
  if (!attributes.isResourceRequest) {
    const what = `User ${user} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}`;
    return new StatusError(403, "Forbidden", `forbidden: ${what}${suffix}`, {});
  }
  const { group, namespace, subresource } = attributes;
  const resource = subresource === "" ? attributes.resource : `${attributes.resource}/${subresource}`;
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const what = `User ${user} cannot ${attributes.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${scope}`;
  return forbidden(attributes, attributes.name, `${what}${suffix}`);
}
