import type { ApiResource } from "../core/resource.ts";
import { BUILT_IN_RESOURCES } from "../types/built-in-resources.ts";

/**
 * Resources whose version here is younger than Kubernetes 1.25: an older server has them in another one, or not at
 * all, so only its discovery knows. https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
const YOUNG_GROUPS: ReadonlySet<string> = new Set(["flowcontrol.apiserver.k8s.io", "resource.k8s.io"]);
const YOUNG_NAMES: ReadonlySet<string> = new Set([
  "ipaddresses",
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
  "servicecidrs",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "volumeattributesclasses",
]);

/** The built-in resource of a plural or short name that every server has in the same version: no discovery needed. */
export function settledResource(name: string): ApiResource | undefined {
  const found = BUILT_IN_RESOURCES.find((one) => one.name === name || one.shortNames.includes(name));
  return found === undefined || YOUNG_GROUPS.has(found.group) || YOUNG_NAMES.has(found.name) ? undefined : found;
}
