import { UsageError } from "../../errors.ts";
import { listed } from "../shared/retold.ts";
import { type AppliedObject, appliedObject } from "./applied-object.ts";
import { type Manifest, nameOf } from "./manifests.ts";
import { inRanks } from "./order.ts";
import type { Problem, Target } from "./targets.ts";
import type { Trial } from "./trial.ts";
import type { Writing } from "./writing.ts";

/** What trials have shown of objects; those of `late` have no kind yet. */
export function dryReport(
  writing: Writing,
  targets: readonly Target[],
  late: readonly Problem[],
  trials: ReadonlyMap<Target, Trial>,
): AppliedObject[] {
  const entries = inRanks(targets)
    .flat()
    .map((target) => {
      const { before, after } = trials.get(target) ?? {};
      if (after !== undefined) return appliedObject(after, writing.action(before, after));
      const { object, namespace } = target;
      const placed = namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
      return appliedObject(placed, trials.has(target) && before === undefined ? "created" : "untried");
    });
  return [...entries, ...late.map(({ manifest }) => appliedObject(manifest.object, "untried"))];
}

/** Says what a plan does not hold, because what it needs is only made by the run. Nothing where it is whole. */
export function refuseHoles(
  verb: string,
  targets: readonly Target[],
  late: readonly Problem[],
  trials: ReadonlyMap<Target, Trial>,
): void {
  const untried: Manifest[] = [
    ...targets.filter((one) => trials.get(one)?.after === undefined).map(({ manifest }) => manifest),
    ...late.map(({ manifest }) => manifest),
  ];
  if (untried.length === 0) return;
  const names = untried.map(({ object, origin }) => `${object.kind} "${nameOf(object)}" (${origin})`);
  throw new UsageError(
    "USAGE",
    `Cannot plan to ${verb} ${listed(names)}: a namespace or definition that it needs is only made by the run`,
    { hint: "Everything else is in the plan." },
  );
}
