import type { OperationContext } from "../context.ts";
import type { AppliedObject } from "./applied-object.ts";
import type { ApplyManifestsOptions } from "./apply-options.ts";
import type { ManifestSource } from "./manifests.ts";
import { writeManifests } from "./write-manifests.ts";
import { CREATING } from "./writing.ts";

/** How manifests are created: as they are applied, but for what an apply alone can do. */
export type CreateManifestsOptions = Omit<ApplyManifestsOptions, "force" | "prune" | "applySet" | "applySetTooling">;

/** Creates every object of the sources; one that is there already stops all of them before the first is made. */
export async function createManifests(
  operation: OperationContext,
  source: ManifestSource,
  options: CreateManifestsOptions = {},
): Promise<AppliedObject[]> {
  return writeManifests(CREATING, operation, source, options);
}
