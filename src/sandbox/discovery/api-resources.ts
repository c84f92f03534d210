import type { ServedGroup, ServedVersion } from "../definitions/definition-table.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import type { JsonObject } from "../model/object.ts";

/** `APIResourceList` of one group and version; the core group's leaves out its apiVersion, as upstream's does. */
export function apiResourceList(group: string, { version, definitions }: ServedVersion): JsonObject {
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: groupVersion({ group, version }),
    resources: definitions.flatMap((definition) => [resourceEntry(definition), ...subresourceEntries(definition)]),
  };
}

/** `APIGroupList` of every group but the core one. */
export function apiGroupList(groups: readonly ServedGroup[]): JsonObject {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: groups.filter(({ name }) => name !== "").map(groupEntry),
  };
}

/** `APIGroup`. */
export function apiGroup(group: ServedGroup): JsonObject {
  return { kind: "APIGroup", apiVersion: "v1", ...groupEntry(group) };
}

/** `APIVersions` of the core group. */
export function apiVersions(core: ServedGroup): JsonObject {
  return {
    kind: "APIVersions",
    versions: core.versions.map(({ version }) => version),
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "10.96.0.1:443" }],
  };
}

function groupEntry({ name, versions }: ServedGroup): JsonObject {
  const entries = versions.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

function resourceEntry(definition: ResourceDefinition): JsonObject {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories, storageVersionHash } = definition;
  return {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(storageVersionHash === undefined ? {} : { storageVersionHash }),
  };
}

function subresourceEntries({ resource, namespaced, subresources }: ResourceDefinition): JsonObject[] {
  return subresources.map(({ name, kind, group, version, verbs }) => ({
    name: `${resource}/${name}`,
    singularName: "",
    namespaced,
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
    kind,
    verbs,
  }));
}
