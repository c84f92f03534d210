import { UsageError } from "../../errors.ts";

/** Refuses what acts and cannot be tried, on a handle that only tries: a dry run's or a plan's. */
export function requireEffect(client: { readonly storesNothing: boolean }, action: string): void {
  if (!client.storesNothing) return;
  throw new UsageError("NO_DRY_RUN", `Cannot plan to ${action}: there is no dry run for it`, {
    hint: "Run the script instead of planning it, or keep this call out of the plan.",
  });
}
