import type { ApiResource } from "../../src/core/resource.ts";

/** An ApiResource with what a test does not care about filled in. */
export function resource(
  group: string,
  version: string,
  name: string,
  kind: string,
  more: Partial<ApiResource> = {},
): ApiResource {
  return {
    group,
    version,
    name,
    singularName: kind.toLowerCase(),
    kind,
    namespaced: true,
    verbs: ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
    shortNames: [],
    categories: [],
    subresources: ["status"],
    preferred: true,
    ...more,
  };
}

export const PODS: ApiResource = resource("", "v1", "pods", "Pod", { shortNames: ["po"], categories: ["all"] });
export const NODES: ApiResource = resource("", "v1", "nodes", "Node", { shortNames: ["no"], namespaced: false });
export const EVENTS: ApiResource = resource("", "v1", "events", "Event", { shortNames: ["ev"] });
export const DEPLOYMENTS: ApiResource = resource("apps", "v1", "deployments", "Deployment", {
  shortNames: ["deploy"],
  subresources: ["scale", "status"],
});
