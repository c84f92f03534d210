import { nearest } from "../core/nearest.ts";
import { groupVersion } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";

/** What to do about a kind that is not served: a kind that may be meant, else what may be missing. */
export function kindHint(resources: readonly ApiResource[], group: string, kind: string): string {
  const meant = likeKind(
    resources.filter(({ preferred }) => preferred),
    group,
    kind,
  );
  return meant === undefined
    ? "Is its CustomResourceDefinition installed, and is the version right? See k8s.versions()."
    : `Did you mean kind ${meant.kind} in ${groupVersion(meant)}?`;
}

function likeKind(resources: readonly ApiResource[], group: string, kind: string): ApiResource | undefined {
  const ofGroup = resources.filter((one) => one.group === group);
  // A custom kind has nothing to do with a built-in one of its name.
  const isBuiltIn = !group.includes(".") || group.endsWith(".k8s.io");
  const [same] = [...ofGroup, ...(isBuiltIn ? resources : [])].filter((one) => sameWord(one.kind, kind));
  if (same !== undefined) return same;
  const near = nearest(
    kind,
    ofGroup.map((one) => one.kind),
  );
  return ofGroup.find((one) => one.kind === near);
}

function sameWord(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
