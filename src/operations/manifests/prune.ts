import { isApiError } from "../../errors.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import type { Inventory, Stray } from "./inventory.ts";
import { inReverseRanks } from "./order.ts";
import type { Target } from "./targets.ts";
import { AT_ONCE } from "./trial.ts";

/** Deletes the members of a set that are not among the targets, and lists in the set what is left, if that is to be settled. */
export async function prune(
  inventory: Inventory,
  targets: readonly Target[],
  options: WriteOptions & { readonly settle: boolean },
  tell: (stray: Stray) => void,
): Promise<Stray[]> {
  const { signal, dryRun } = options;
  const strays = await inventory.strays(targets, signal);
  for (const rank of inReverseRanks(strays)) {
    await eachAtOnce(
      rank,
      AT_ONCE,
      async (stray) => {
        const { name = "", uid } = stray.object.metadata ?? {};
        const preconditions = uid === undefined ? undefined : { uid };
        const how = { signal, dryRun, preconditions, propagationPolicy: "Background" } as const;
        await stray.client.delete(name, how).catch(unlessGone);
        tell(stray);
      },
      signal,
    );
  }
  if (options.settle) await inventory.settle(targets, options);
  return strays;
}

function unlessGone(error: unknown): void {
  if (!isApiError(error) || error.httpStatus !== 404) throw error;
}
