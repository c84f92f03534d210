import type { UnknownObject } from "../core/object.ts";
import type { ResourceClient } from "../resources/client.ts";

/** How the schedule verbs reach the API: a client for a resource by any name, in a namespace or in the session's. */
export type Resources = (name: string, namespace?: string) => ResourceClient<UnknownObject>;

/** `cronjob.v1.batch`: the name under which an object of this kind is found without guessing. */
export function resourceNameOf(object: { apiVersion?: string | undefined; kind?: string | undefined }): string {
  const [first = "", second] = (object.apiVersion ?? "").split("/");
  const [group, version] = second === undefined ? ["", first] : [first, second];
  return [object.kind?.toLowerCase(), version, group].filter((part) => part !== "").join(".");
}

/** `Role ops/sweep`, or `ClusterRole x`: how reports and errors name an object. */
export function objectLabel(object: UnknownObject): string {
  const { namespace, name } = object.metadata ?? {};
  return `${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
