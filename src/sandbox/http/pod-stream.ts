import type { ResourceDefinition } from "../model/definition.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import { notFound } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
import { proxiedName } from "../streams/proxy-target.ts";
import type { RequestInfo } from "./request-info.ts";
import type { HttpServer } from "./server.ts";

/** The object behind a request for a stream; of a proxied one the name may carry a scheme and a port. */
export function streamTarget(
  server: Pick<HttpServer, "store">,
  info: RequestInfo,
  definition: ResourceDefinition,
  user: UserInfo,
): PodStreamTarget {
  const { resource } = definition;
  const { subresource } = info;
  if (resource !== "pods" && resource !== "services" && resource !== "nodes") throw notFound(definition, info.name);
  const proxied = subresource === "proxy";
  const { scheme, name, port } = proxied ? proxiedName(info.name, resource) : { scheme: "", name: info.name, port: "" };
  const namespace = definition.namespaced ? info.namespace : "";
  const object = server.store.get(definition.storageKey, namespace, name);
  if (object === undefined) throw notFound(definition, name);
  return { resource, subresource, object, scheme, port, user };
}
