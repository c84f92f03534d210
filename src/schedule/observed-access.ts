import { isRecord } from "../core/record.ts";
import { type ApiRequest, queryParameters } from "../core/request.ts";
import { requestInfo } from "../core/request-info.ts";
import { parseYaml } from "../core/yaml.ts";
import type { ObservedRequest } from "../transport/observe.ts";
import type { Access } from "./access-rules.ts";
import { APPROVE, bindAccesses } from "./granting-access.ts";
import { impersonationAccesses } from "./impersonation-access.ts";

/**
 * The rights that one request needs; none for discovery, versions and health, which every authenticated user may read.
 * Server-side apply may create, and the server asks for both rights
 * (https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/patch.go). What is asked as somebody else
 * needs the right to be that one; the request itself is the other's to be allowed.
 */
export function observedAccesses(
  request: Pick<ObservedRequest, "method" | "path"> & Partial<ObservedRequest>,
): Access[] {
  const { impersonate } = request;
  if (impersonate !== undefined) return impersonationAccesses(impersonate);
  const info = requestInfo(request.method, request.path, queryParameters(request.query));
  if (!info.isResourceRequest) return [{ verb: info.verb, path: decoded(info.nonResourceURL) }];
  const applies = String(request.headers?.["content-type"] ?? "").startsWith("application/apply-patch");
  const resource = info.subresource === "" ? info.resource : `${info.resource}/${info.subresource}`;
  const verbs = applies && info.subresource === "" ? ["create", info.verb] : verbsOf(info.verb, info.subresource);
  const namespace = info.namespace === "" ? undefined : info.namespace;
  const accesses = verbs.map((verb) => ({ verb, group: info.apiGroup, resource, namespace }));
  if (!["create", "update", "patch"].includes(info.verb)) return accesses;
  if (resource === "certificatesigningrequests/approval") {
    const { spec } = bodyOf(request.body);
    const signer = isRecord(spec) ? spec.signerName : undefined;
    return [...accesses, { ...APPROVE, name: typeof signer === "string" ? signer : undefined }];
  }
  if (!/^(cluster)?rolebindings$/.test(resource)) return accesses;
  const { roleRef } = bodyOf(request.body);
  return isRecord(roleRef) ? [...accesses, ...bindAccesses(roleRef, namespace)] : accesses;
}

/** The object that a body holds. */
function bodyOf(body: ApiRequest["body"]): Record<string, unknown> {
  try {
    const value = typeof body === "string" ? parseYaml(body) : undefined;
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * What a request may turn into. Since 1.35 the streams over WebSocket need `create` besides `get`: the upgrade is a
 * GET, and older servers know only that verb, so both are granted.
 */
function verbsOf(verb: string, subresource: string): string[] {
  if (["exec", "attach", "portforward"].includes(subresource)) return ["get", "create"];
  // a watch that begins with the present state falls back to a list where the server cannot stream that
  return verb === "watch" && subresource === "" ? ["list", "watch"] : [verb];
}
