import type { ApiResource } from "../core/resource.ts";
import type { ApiGroup, DiscoveryFailure, DiscoverySnapshot } from "./snapshot.ts";

/** `apidiscovery.k8s.io/v2` APIGroupDiscoveryList, as far as it is read. */
export interface GroupDiscoveryList {
  readonly kind: "APIGroupDiscoveryList";
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly VersionDiscovery[];
  }[];
}

interface VersionDiscovery {
  readonly version: string;
  readonly freshness?: "Current" | "Stale";
  readonly resources?: readonly {
    readonly resource: string;
    readonly responseKind?: { readonly kind?: string } | null;
    readonly scope: "Namespaced" | "Cluster";
    readonly singularResource?: string;
    readonly verbs?: readonly string[];
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
    readonly subresources?: readonly { readonly subresource: string }[];
  }[];
}

/** Reads one aggregated document: `/api` gives the core group, `/apis` all others. */
export function readAggregated(list: GroupDiscoveryList): DiscoverySnapshot {
  const groups: ApiGroup[] = [];
  const resources: ApiResource[] = [];
  const failures: DiscoveryFailure[] = [];
  for (const { metadata, versions = [] } of list.items ?? []) {
    const name = metadata?.name ?? "";
    const preferredVersion = versions[0]?.version ?? "";
    const groupVersion = (version: string): string => (name === "" ? version : `${name}/${version}`);
    groups.push({
      name,
      preferredVersion,
      versions: versions.map(({ version }) => ({ version, groupVersion: groupVersion(version) })),
    });
    for (const one of versions) {
      if (one.freshness === "Stale") {
        failures.push({
          groupVersion: groupVersion(one.version),
          reason: "the server's own description of it is stale",
        });
      }
      resources.push(...resourcesOf(name, one, one.version === preferredVersion));
    }
  }
  return { groups, resources, failures };
}

function resourcesOf(group: string, { version, resources = [] }: VersionDiscovery, preferred: boolean): ApiResource[] {
  return resources.map((one) => ({
    group,
    version,
    name: one.resource,
    singularName: one.singularResource ?? "",
    kind: one.responseKind?.kind ?? "",
    namespaced: one.scope === "Namespaced",
    verbs: one.verbs ?? [],
    shortNames: one.shortNames ?? [],
    categories: one.categories ?? [],
    subresources: (one.subresources ?? []).map(({ subresource }) => subresource),
    preferred,
  }));
}
