import type { UnknownObject } from "../../core/object.ts";
import type { OperationContext } from "../context.ts";
import type { ApplyManifestsOptions } from "./apply-options.ts";
import { Inventory } from "./inventory.ts";
import type { ManifestSource } from "./manifests.ts";
import { objectDiff } from "./object-diff.ts";
import { inRanks, inReverseRanks } from "./order.ts";
import { problemsError } from "./problems.ts";
import { readFor } from "./read-for.ts";
import { definedKinds, kindOf, locate } from "./targets.ts";
import { tryAll } from "./trial.ts";
import { APPLYING } from "./writing.ts";

/** What a diff is asked for: all that an apply would heed. */
export type DiffManifestsOptions = Omit<
  ApplyManifestsOptions,
  "wait" | "timeoutMs" | "validate" | "dryRun" | "definitionTimeoutMs" | "onProgress"
>;

/** How one object would change. */
export interface ObjectDiff {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly action: "created" | "configured" | "pruned";
  /** Unified lines of the object's YAML; values of Secrets are masked. */
  readonly diff: string;
}

/** Applies as a dry run and compares with what is there; objects that would stay as they are have no entry. */
export async function diffManifests(
  operation: OperationContext,
  source: ManifestSource,
  options: DiffManifestsOptions = {},
): Promise<ObjectDiff[]> {
  const manifests = await readFor(operation, source, options);
  const inventory = await Inventory.open(operation, options);
  const members =
    inventory === undefined
      ? manifests
      : manifests.map((one) => ({ ...one, object: inventory.adopt(one.object, one.origin) }));
  const { targets, unknown, problems } = await locate(operation, members, options);
  const defined = definedKinds(members);
  const late = unknown.filter(({ manifest }) => defined.has(kindOf(manifest)));
  const ordered = inRanks(targets).flat();
  const found = await tryAll(APPLYING, operation, ordered, { ...options, memberOf: inventory?.id, elsewhere: true });
  const hopeless = [...problems, ...unknown.filter((one) => !late.includes(one)), ...found.problems];
  const error = problemsError("diff", hopeless, members.length, "");
  if (error !== undefined) throw error;
  const diffs: ObjectDiff[] = [];
  const add = (
    before: UnknownObject | undefined,
    after: UnknownObject | undefined,
    namespace: string | undefined,
    action: ObjectDiff["action"],
  ): void => {
    const diff = objectDiff(before, after);
    const { kind = "", metadata } = after ?? before ?? {};
    if (diff !== "") diffs.push({ kind, namespace, name: metadata?.name ?? "", action, diff });
  };
  for (const { target, before, after = target.object } of found.trials) {
    add(before, after, target.namespace, before === undefined ? "created" : "configured");
  }
  // What the server cannot be asked about yet is shown as it stands in the manifest.
  for (const { manifest } of late) add(undefined, manifest.object, manifest.object.metadata?.namespace, "created");
  const strays = (await inventory?.strays(targets, options.signal)) ?? [];
  for (const { object } of inReverseRanks(strays).flat()) add(object, undefined, object.metadata?.namespace, "pruned");
  return diffs;
}
