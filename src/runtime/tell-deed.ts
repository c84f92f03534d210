import type { KubernetesObject } from "../core/object.ts";
import { groupResource } from "../core/path.ts";
import { ResourceHelper } from "../operations/resource-helper.ts";
import { Rollout } from "../operations/rollout/rollout.ts";
import { rememberDeed } from "../resources/deeds.ts";

/** kubectl's words for what a method has done to an object. */
const DEEDS: Readonly<Record<string, string>> = {
  create: "created",
  replace: "replaced",
  apply: "applied",
  patch: "patched",
  edit: "edited",
  delete: "deleted",
  scale: "scaled",
  autoscale: "autoscaled",
  expose: "exposed",
  label: "labeled",
  annotate: "annotated",
  approve: "approved",
  deny: "denied",
  cordon: "cordoned",
  uncordon: "uncordoned",
  taint: "tainted",
  undo: "rolled back",
  restart: "restarted",
  pause: "paused",
  resume: "resumed",
  image: "image updated",
  env: "env updated",
  resources: "resource requirements updated",
  run: "created",
  wait: "condition met",
};

/**
 * Notes what a method did on the object that it gave, or on each of several, so that who looks next is told that first.
 *
 * @param whole the helper or the cluster's handle that was called
 * @param owner the same, or the part of it that has the method: `rollout`
 */
export function tellDeed(
  whole: object,
  owner: object,
  method: string,
  given: readonly unknown[],
  result: unknown,
): void {
  const known = Object.hasOwn(DEEDS, method) ? DEEDS[method] : undefined;
  const deed = method === "wait" && owner instanceof Rollout ? "successfully rolled out" : known;
  if (deed === undefined || typeof result !== "object" || result === null) return;
  const objects: readonly unknown[] = Array.isArray(result) ? result : [result];
  if (objects.length === 0 || !objects.every(isObject)) return;
  // With no number it only reads.
  if (method === "scale" && given[1] === undefined) return;
  const helper = whole instanceof ResourceHelper ? whole : undefined;
  const storesNothing = helper?.storesNothing ?? (whole as { isDryRun?: boolean }).isDryRun;
  const tried = method !== "wait" && (storesNothing || given.some(isDryRun)) ? " (server dry run)" : "";
  const told = async ({ apiVersion = "", kind = "", metadata }: KubernetesObject): Promise<string> => {
    // What it gives is another object that was made for this one; or the object itself, its Scale or a Status.
    const made = method === "expose" || method === "autoscale";
    const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [];
    const type = made || helper === undefined ? { kind, group } : await helper.resource();
    const typeName = groupResource({ group: type.group, name: type.kind.toLowerCase() });
    return `${typeName}/${metadata?.name ?? String(given[0])} ${deed}${tried}`;
  };
  rememberDeed(result, async () => (await Promise.all(objects.map(told))).join("\n"));
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === "object" && value !== null && "metadata" in value;
}

function isDryRun(value: unknown): boolean {
  return typeof value === "object" && value !== null && "dryRun" in value && value.dryRun === true;
}
