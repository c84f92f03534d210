import { queryParameters } from "../core/request.ts";
import { requestInfo } from "../core/request-info.ts";
import type { ObservedRequest } from "../transport/observe.ts";
import type { Access } from "./access-rules.ts";

/**
 * The rights that one request needs; none for paths outside the resources (discovery, versions, health), which every
 * authenticated user may read. Server-side apply may create, and the server asks for both rights
 * (https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/patch.go).
 */
export function observedAccesses(
  request: Pick<ObservedRequest, "method" | "path"> & Partial<ObservedRequest>,
): Access[] {
  const info = requestInfo(request.method, request.path, queryParameters(request.query));
  if (!info.isResourceRequest) return [];
  const applies = String(request.headers?.["content-type"] ?? "").startsWith("application/apply-patch");
  const resource = info.subresource === "" ? info.resource : `${info.resource}/${info.subresource}`;
  const verbs = applies && info.subresource === "" ? ["create", info.verb] : verbsOf(info.verb, info.subresource);
  const namespace = info.namespace === "" ? undefined : info.namespace;
  const accesses = verbs.map((verb) => ({ verb, group: info.apiGroup, resource, namespace }));
  const decides = resource === "certificatesigningrequests/approval" && info.verb !== "get";
  return decides ? [...accesses, APPROVE] : accesses;
}

/** Asked of whoever approves or denies, besides the write: https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization */
const APPROVE: Access = { verb: "approve", group: "certificates.k8s.io", resource: "signers", namespace: undefined };

/**
 * What a request may turn into. Since 1.35 the streams over WebSocket need `create` besides `get`: the upgrade is a
 * GET, and older servers know only that verb, so both are granted.
 */
function verbsOf(verb: string, subresource: string): string[] {
  if (["exec", "attach", "portforward"].includes(subresource)) return ["get", "create"];
  // a watch that begins with the present state falls back to a list where the server cannot stream that
  return verb === "watch" && subresource === "" ? ["list", "watch"] : [verb];
}
