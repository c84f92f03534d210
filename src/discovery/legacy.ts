import type { ApiResource } from "../core/resource.ts";
import type { ApiGroup, DiscoveryFailure, DiscoverySnapshot } from "./snapshot.ts";

/** `APIVersions`, what `/api` answers without aggregation. */
export interface CoreVersions {
  readonly versions?: readonly string[];
}

/** `APIGroupList`, what `/apis` answers without aggregation. */
export interface GroupList {
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly groupVersion: string; readonly version: string }[];
    readonly preferredVersion?: { readonly version: string };
  }[];
}

/** `APIResourceList`, what one group version answers. */
export interface ResourceListAnswer {
  readonly resources?: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly verbs?: readonly string[];
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  }[];
}

/** The groups that the two plain documents name. */
export function readGroups(core: CoreVersions, list: GroupList): ApiGroup[] {
  const versions = (core.versions ?? []).map((version) => ({ version, groupVersion: version }));
  const coreGroup = { name: "", versions, preferredVersion: versions[0]?.version ?? "" };
  const groups = (list.groups ?? []).map((group) => ({
    name: group.name,
    versions: group.versions.map(({ version, groupVersion }) => ({ version, groupVersion })),
    preferredVersion: group.preferredVersion?.version ?? group.versions[0]?.version ?? "",
  }));
  return versions.length === 0 ? groups : [coreGroup, ...groups];
}

/** The resources of one group version; `pods/log` becomes the sub-resource `log` of `pods`. */
function readResources(group: string, version: string, preferred: boolean, list: ResourceListAnswer): ApiResource[] {
  const all = list.resources ?? [];
  return all
    .filter(({ name }) => !name.includes("/"))
    .map((one) => ({
      group,
      version,
      name: one.name,
      singularName: one.singularName ?? "",
      kind: one.kind,
      namespaced: one.namespaced,
      verbs: one.verbs ?? [],
      shortNames: one.shortNames ?? [],
      categories: one.categories ?? [],
      subresources: all.flatMap(({ name }) =>
        name.startsWith(`${one.name}/`) ? [name.slice(one.name.length + 1)] : [],
      ),
      preferred,
    }));
}

/**
 * Walks every group version. One that fails is noted and left out: an aggregated API that is down must not take the
 * others with it.
 * @param fetch gets one group version's document
 */
export async function walkGroups(
  groups: readonly ApiGroup[],
  fetch: (groupVersion: string) => Promise<ResourceListAnswer>,
): Promise<DiscoverySnapshot> {
  const failures: DiscoveryFailure[] = [];
  const resources = await Promise.all(
    groups.flatMap((group) =>
      group.versions.map(async ({ version, groupVersion }) => {
        try {
          return readResources(group.name, version, version === group.preferredVersion, await fetch(groupVersion));
        } catch (error) {
          failures.push({ groupVersion, reason: error instanceof Error ? error.message : String(error) });
          return [];
        }
      }),
    ),
  );
  return { groups, resources: resources.flat(), failures };
}
