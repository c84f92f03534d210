import { UsageError } from "../errors.ts";
import { groupResource } from "./path.ts";
import type { ApiResource } from "./resource.ts";

/** What {@link resolveName} found. */
export type NameResolution =
  | { readonly type: "found"; readonly resource: ApiResource }
  /** Several groups answer to the name and none is kubectl's first choice. */
  | { readonly type: "ambiguous"; readonly choices: readonly ApiResource[] }
  | { readonly type: "unknown"; readonly nearest: readonly string[] };

/**
 * Resolves a name as kubectl does: plural, singular, kind in any case or short name, alone or followed by `.group` or
 * `.version.group`. `resources` stand in the server's order of preference: the first group wins, and in it the
 * preferred version. Where two groups that are not Kubernetes' own share a name, kubectl takes the first in silence;
 * here the user chooses.
 */
export function resolveName(name: string, resources: readonly ApiResource[]): NameResolution {
  const wanted = name.trim().toLowerCase();
  const bare = firstMatch(wanted, resources);
  if (bare !== undefined) return bare;
  for (const { name: type, version, group } of splits(wanted)) {
    const ofVersion = version === undefined ? resources : resources.filter((one) => one.version === version);
    const exact = ofVersion.filter((one) => one.group === group);
    // kubectl completes a group from its beginning when none is called exactly so.
    const begun = group === "" ? [] : ofVersion.filter((one) => one.group.startsWith(group));
    const found = firstMatch(type, exact) ?? firstMatch(type, begun);
    if (found !== undefined) return found;
  }
  return { type: "unknown", nearest: nearestNames(wanted, resources) };
}

/** {@link resolveName}, throwing a UsageError for what is ambiguous or unknown. */
export function requireResource(name: string, resources: readonly ApiResource[]): ApiResource {
  const resolution = resolveName(name, resources);
  if (resolution.type === "found") return resolution.resource;
  if (resolution.type === "ambiguous") {
    const choices = resolution.choices.map((one) => `${one.name}.${one.version}.${one.group}`);
    throw new UsageError("AMBIGUOUS_RESOURCE", `Cannot tell which resource "${name}" is: ${choices.join(", ")}`, {
      hint: "Use one of these full names.",
    });
  }
  const [nearest] = resolution.nearest;
  throw new UsageError(
    "UNKNOWN_RESOURCE",
    `Cannot find a resource called "${name}": the server has none of that name`,
    {
      hint:
        nearest === undefined
          ? "List what the server has with k8s.resources()."
          : `Did you mean ${resolution.nearest.map((one) => `"${one}"`).join(" or ")}?`,
    },
  );
}

/** Every name that reaches a resource: plural, singular, kind and short names, in lower case. */
export function namesOf(resource: ApiResource): string[] {
  return [
    ...new Set(
      [resource.name, resource.singularName, resource.kind, ...resource.shortNames]
        .map((name) => name.toLowerCase())
        .filter((name) => name !== ""),
    ),
  ];
}

const FORMS: readonly ((resource: ApiResource, name: string) => boolean)[] = [
  (resource, name) => resource.name === name,
  (resource, name) => (resource.singularName || resource.kind.toLowerCase()) === name,
  (resource, name) => resource.kind.toLowerCase() === name,
  (resource, name) => resource.shortNames.includes(name),
];

function firstMatch(name: string, resources: readonly ApiResource[]): NameResolution | undefined {
  for (const matches of FORMS) {
    const all = resources.filter((resource) => matches(resource, name));
    const [first] = all;
    if (first === undefined) continue;
    const rivals = bestOfEach(isBuiltIn(first.group) ? all.filter((one) => one.group === first.group) : all);
    const [best] = rivals;
    if (best === undefined) continue;
    return rivals.length > 1 ? { type: "ambiguous", choices: rivals } : { type: "found", resource: best };
  }
  return undefined;
}

/** One version, the preferred if there is one, of each `plural.group`. */
function bestOfEach(resources: readonly ApiResource[]): ApiResource[] {
  const best = new Map<string, ApiResource>();
  for (const resource of resources) {
    const key = groupResource(resource);
    const current = best.get(key);
    if (current === undefined || (resource.preferred && !current.preferred)) best.set(key, resource);
  }
  return [...best.values()];
}

/** Groups that only Kubernetes itself may serve: no domain, or one below k8s.io. */
function isBuiltIn(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/** `a.b.c` as name `a` in group `b.c`, and as name `a`, version `b`, group `c`. */
function splits(text: string): { name: string; version?: string; group: string }[] {
  const [name = "", second, ...rest] = text.split(".");
  if (second === undefined) return [];
  const versioned = /^v\d/.test(second) ? [{ name, version: second, group: rest.join(".") }] : [];
  return [...versioned, { name, group: [second, ...rest].join(".") }];
}

function nearestNames(wanted: string, resources: readonly ApiResource[]): string[] {
  const bare = wanted.split(".")[0] ?? wanted;
  const limit = Math.max(1, Math.floor(bare.length / 3));
  const scored = new Map<string, number>();
  for (const resource of resources) {
    const distance = Math.min(
      ...[resource.name, resource.singularName, resource.kind.toLowerCase()]
        .filter((name) => name !== "")
        .map((name) => editDistance(bare, name)),
    );
    if (distance <= limit) scored.set(resource.name, Math.min(distance, scored.get(resource.name) ?? distance));
  }
  const best = Math.min(...scored.values());
  return [...scored]
    .filter(([, distance]) => distance === best)
    .map(([name]) => name)
    .slice(0, 3);
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      current.push(best);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
