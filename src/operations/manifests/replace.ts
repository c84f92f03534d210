import type { OperationContext } from "../context.ts";
import type { AppliedObject } from "./applied-object.ts";
import type { CreateManifestsOptions } from "./create.ts";
import type { ManifestSource } from "./manifests.ts";
import { writeManifests } from "./write-manifests.ts";
import { REPLACING } from "./writing.ts";

/** How objects are replaced by their manifests. */
export type ReplaceManifestsOptions = Omit<CreateManifestsOptions, "definitionTimeoutMs">;

/** Replaces every object of the sources; one that is not there stops all of them before the first is written. */
export async function replaceManifests(
  operation: OperationContext,
  source: ManifestSource,
  options: ReplaceManifestsOptions = {},
): Promise<AppliedObject[]> {
  return writeManifests(REPLACING, operation, source, options);
}
