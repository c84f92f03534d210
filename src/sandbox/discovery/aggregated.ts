import type { ServedGroup, ServedVersion } from "../definitions/definition-table.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { JsonObject } from "../model/object.ts";

/** `APIGroupDiscoveryList`: everything about several groups at once. */
export function apiGroupDiscoveryList(groups: readonly ServedGroup[]): JsonObject {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: versions.map(versionEntry),
    })),
  };
}

function versionEntry({ version, definitions }: ServedVersion): JsonObject {
  return { version, resources: definitions.map(resourceEntry), freshness: "Current" };
}

function resourceEntry(definition: ResourceDefinition): JsonObject {
  const { resource, kind, namespaced, singular, verbs, shortNames, categories, subresources } = definition;
  return {
    resource,
    responseKind: responseKind(definition, kind),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((subresource) => ({
            subresource: subresource.name,
            responseKind:
              subresource.group === undefined
                ? responseKind(definition, subresource.kind)
                : { group: subresource.group, version: subresource.version ?? "", kind: subresource.kind },
            verbs: subresource.verbs,
          })),
        }),
  };
}

/** Built-in groups leave out their own name; those of CustomResourceDefinitions spell it out. */
function responseKind({ group, version, custom }: ResourceDefinition, kind: string): JsonObject {
  return custom === undefined ? { group: "", version: "", kind } : { group, version, kind };
}
