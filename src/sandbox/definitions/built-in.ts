import resourcesData from "../data/resources.json" with { type: "json" };
import schemasData from "../data/schemas.json" with { type: "json" };
import type { ResourceDefinition, SubresourceDefinition } from "../model/definition.ts";
import type { Schema, SchemaSource } from "../model/schema.ts";
import { autoscalerFromStorage, autoscalerToStorage } from "./autoscaler-versions.ts";
import { eventFromStorage, eventToStorage } from "./event-versions.ts";
import { schemaSource } from "./schema-source.ts";

/** An entry of `APIResourceList.resources`; sub-resources are named `parent/name`. */
interface ListedResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

const LISTS = resourcesData as readonly { groupVersion: string; resources: readonly ListedResource[] }[];

/** The components of every built-in kind, by name. */
export const BUILT_IN_COMPONENTS: Readonly<Record<string, Schema>> = schemasData as unknown as Readonly<
  Record<string, Schema>
>;

/** Resolves among {@link BUILT_IN_COMPONENTS}; also holds what custom resources share, such as ObjectMeta. */
export const BUILT_IN_SCHEMAS: SchemaSource = schemaSource(BUILT_IN_COMPONENTS);

type Conversion = Pick<ResourceDefinition, "storageKey" | "fromStorage" | "toStorage">;

/** Versions whose objects are kept under another version's key. The key of all others is `resource.group`. */
const SHARED_STORAGE: Readonly<Record<string, Conversion>> = {
  "events.k8s.io/v1 events": {
    storageKey: "events",
    fromStorage: eventFromStorage,
    toStorage: eventToStorage,
  },
  "autoscaling/v1 horizontalpodautoscalers": {
    storageKey: "horizontalpodautoscalers.autoscaling",
    fromStorage: autoscalerFromStorage,
    toStorage: autoscalerToStorage,
  },
};

/** Every resource that the server has without any CustomResourceDefinition; groups and versions in order of preference. */
export function builtInDefinitions(): ResourceDefinition[] {
  const names = componentNamesByKind();
  return LISTS.flatMap(({ groupVersion, resources }) => {
    const [group, version] = splitGroupVersion(groupVersion);
    const parents = resources.filter((listed) => !listed.name.includes("/"));
    return parents.map((listed): ResourceDefinition => {
      const name = names.get(kindKey(group, version, listed.kind));
      return {
        group,
        version,
        resource: listed.name,
        singular: listed.singularName,
        kind: listed.kind,
        listKind: `${listed.kind}List`,
        namespaced: listed.namespaced,
        shortNames: listed.shortNames ?? [],
        categories: listed.categories ?? [],
        verbs: listed.verbs,
        subresources: subresourcesOf(listed.name, resources),
        storageVersionHash: listed.storageVersionHash,
        storageKey: group === "" ? listed.name : `${listed.name}.${group}`,
        schema: name === undefined ? undefined : BUILT_IN_COMPONENTS[name],
        schemas: BUILT_IN_SCHEMAS,
        ...SHARED_STORAGE[`${groupVersion} ${listed.name}`],
      };
    });
  });
}

/** Component names by `group/version/kind`, for the kinds that are objects of the API. */
export function componentNamesByKind(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [name, schema] of Object.entries(BUILT_IN_COMPONENTS)) {
    const kinds = schema["x-kubernetes-group-version-kind"] ?? [];
    // kinds shared by every group (DeleteOptions, Status …) name them all: none is theirs alone
    if (kinds.length !== 1) continue;
    for (const { group, version, kind } of kinds) names.set(kindKey(group, version, kind), name);
  }
  return names;
}

/** The key of {@link componentNamesByKind}. */
export function kindKey(group: string, version: string, kind: string): string {
  return `${group}/${version}/${kind}`;
}

function subresourcesOf(parent: string, resources: readonly ListedResource[]): SubresourceDefinition[] {
  return resources
    .filter((listed) => listed.name.startsWith(`${parent}/`))
    .map((listed) => ({
      name: listed.name.slice(parent.length + 1),
      kind: listed.kind,
      verbs: listed.verbs,
      ...(listed.group === undefined ? {} : { group: listed.group }),
      ...(listed.version === undefined ? {} : { version: listed.version }),
    }));
}

function splitGroupVersion(groupVersion: string): [group: string, version: string] {
  const slash = groupVersion.indexOf("/");
  return slash < 0 ? ["", groupVersion] : [groupVersion.slice(0, slash), groupVersion.slice(slash + 1)];
}
