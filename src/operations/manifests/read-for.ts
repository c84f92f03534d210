import type { CallScope } from "../../resources/options.ts";
import { namespaceOf, scopeOf } from "../../resources/scope.ts";
import type { OperationContext } from "../context.ts";
import { type Manifest, type ManifestSource, type Reading, readManifests } from "./manifests.ts";

/** Reads manifests for a verb of a handle: in its namespace, with its progress shown. Throws as {@link readManifests} does. */
export function readFor(
  operation: OperationContext,
  source: ManifestSource,
  options: Pick<Reading, "recursive" | "generatedNames"> & CallScope,
): Promise<Manifest[]> {
  const { recursive, generatedNames, signal } = options;
  const namespace = namespaceOf(scopeOf(operation.scope, options.namespace));
  const { showProgress } = operation;
  return readManifests(source, { recursive, generatedNames, signal, namespace, showProgress });
}
