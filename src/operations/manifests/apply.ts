import type { OperationContext } from "../context.ts";
import type { AppliedObject } from "./applied-object.ts";
import type { ApplyManifestsOptions } from "./apply-options.ts";
import type { ManifestSource } from "./manifests.ts";
import { writeManifests } from "./write-manifests.ts";
import { APPLYING } from "./writing.ts";

export type { AppliedObject } from "./applied-object.ts";
export type { ApplyManifestsOptions } from "./apply-options.ts";
export type { ManifestSource } from "./manifests.ts";

/** Server-side apply of every object of the sources. */
export async function applyManifests(
  operation: OperationContext,
  source: ManifestSource,
  options: ApplyManifestsOptions = {},
): Promise<AppliedObject[]> {
  return writeManifests(APPLYING, operation, source, options);
}
