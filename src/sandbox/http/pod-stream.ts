import { groupResource, type ResourceDefinition } from "../model/definition.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import { notFound, StatusError } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
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
  if (resource !== "pods" && resource !== "services" && resource !== "nodes") throw notFound(definition, info.name);
  const name = info.subresource === "proxy" ? proxiedName(info.name) : info.name;
  const namespace = definition.namespaced ? info.namespace : "";
  const object = server.store.get(definition.storageKey, namespace, name);
  if (object === undefined) throw notFound(definition, name);
  const path = info.subresource === "proxy" ? `/${info.rest.join("/")}` : "";
  return { resource, subresource: info.subresource, object, path, user };
}

/** `https:web:8443` and `web:8443` are both about `web`. */
function proxiedName(text: string): string {
  const parts = text.split(":");
  return (parts.length === 3 ? parts[1] : parts[0]) ?? text;
}

/** The answer where nothing runs behind the objects. */
export function noStreams(definition: ResourceDefinition, subresource: string): StatusError {
  return new StatusError(
    501,
    "NotImplemented",
    `this server runs no nodes, so it cannot serve ${groupResource(definition)}/${subresource}`,
  );
}
