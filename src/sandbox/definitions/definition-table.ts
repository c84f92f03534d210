import { groupResource, type ResourceDefinition } from "../model/definition.ts";
import { compareVersions } from "./version-order.ts";

/** The versions of one group, preferred first. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly ServedVersion[];
}

/** What one group serves in one version. */
export interface ServedVersion {
  readonly version: string;
  readonly definitions: readonly ResourceDefinition[];
}

/** What the server serves at this moment: the built-in resources, and what CustomResourceDefinitions add. */
export interface DefinitionTable {
  /** Every served definition; groups in order of preference, then versions. */
  all(): readonly ResourceDefinition[];
  get(group: string, version: string, resource: string): ResourceDefinition | undefined;
  /** The preferred version by `plural` or `plural.group`; undefined when nothing is so named. */
  find(name: string): ResourceDefinition | undefined;
  /** The version that shares `definition`'s storage and keeps objects in their stored form. */
  stored(definition: ResourceDefinition): ResourceDefinition;
  groups(): readonly ServedGroup[];
  /** Serves `definitions` on behalf of `owner` (a CRD's name) instead of what it served before; none: no more. */
  serve(owner: string, definitions: readonly ResourceDefinition[]): void;
  /** Grows with every change of what is served. */
  readonly generation: number;
  /** Calls `listener` after each change; the function returned ends it. */
  onChange(listener: () => void): () => void;
}

interface Index {
  readonly all: readonly ResourceDefinition[];
  readonly groups: readonly ServedGroup[];
  readonly byPath: ReadonlyMap<string, ResourceDefinition>;
  readonly byName: ReadonlyMap<string, ResourceDefinition>;
  readonly storedByKey: ReadonlyMap<string, ResourceDefinition>;
}

/** A table that starts with `builtIn`, whose order of groups and versions is their order of preference. */
export function definitionTable(builtIn: readonly ResourceDefinition[]): DefinitionTable {
  const owned = new Map<string, readonly ResourceDefinition[]>();
  const listeners = new Set<() => void>();
  let generation = 1;
  let index = buildIndex(builtIn, owned);

  return {
    all: () => index.all,
    get: (group, version, resource) => index.byPath.get(pathKey(group, version, resource)),
    find: (name) => index.byName.get(name),
    stored: (definition) => index.storedByKey.get(definition.storageKey) ?? definition,
    groups: () => index.groups,
    get generation() {
      return generation;
    },
    serve(owner, definitions) {
      if (definitions.length === 0) owned.delete(owner);
      else owned.set(owner, definitions);
      index = buildIndex(builtIn, owned);
      generation += 1;
      for (const listener of [...listeners]) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function pathKey(group: string, version: string, resource: string): string {
  return `${group}/${version}/${resource}`;
}

function buildIndex(
  builtIn: readonly ResourceDefinition[],
  owned: ReadonlyMap<string, readonly ResourceDefinition[]>,
): Index {
  const groups = [
    ...groupDefinitions(builtIn, undefined),
    ...groupDefinitions([...owned.values()].flat(), compareVersions),
  ];
  const all = groups.flatMap((group) => group.versions.flatMap((version) => version.definitions));
  const byPath = new Map<string, ResourceDefinition>();
  const byName = new Map<string, ResourceDefinition>();
  const storedByKey = new Map<string, ResourceDefinition>();
  for (const definition of all) {
    byPath.set(pathKey(definition.group, definition.version, definition.resource), definition);
    for (const name of [definition.resource, groupResource(definition)]) {
      if (!byName.has(name)) byName.set(name, definition);
    }
    if (definition.fromStorage === undefined && !storedByKey.has(definition.storageKey)) {
      storedByKey.set(definition.storageKey, definition);
    }
  }
  return { all, groups, byPath, byName, storedByKey };
}

function groupDefinitions(
  definitions: readonly ResourceDefinition[],
  compare: ((left: string, right: string) => number) | undefined,
): ServedGroup[] {
  const groups = new Map<string, Map<string, ResourceDefinition[]>>();
  for (const definition of definitions) {
    const versions = groups.get(definition.group) ?? new Map<string, ResourceDefinition[]>();
    groups.set(definition.group, versions);
    versions.set(definition.version, [...(versions.get(definition.version) ?? []), definition]);
  }
  return [...groups].map(([name, versions]) => {
    const served = [...versions].map(([version, list]) => ({ version, definitions: list }));
    if (compare !== undefined) served.sort((a, b) => compare(a.version, b.version));
    return { name, versions: served };
  });
}
