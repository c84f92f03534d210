import type { Discovery } from "../../discovery/discovery.ts";
import { type ApplyManifestsOptions, type ClientFor, strictly } from "./apply.ts";
import { inOrder, type ManifestSource, readManifests } from "./manifests.ts";
import { objectDiff } from "./object-diff.ts";

/** How one object would change. */
export interface ObjectDiff {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly action: "created" | "configured";
  /** Unified lines of the object's YAML; values of Secrets are masked. */
  readonly diff: string;
}

/** Applies as a dry run and compares with what is there; objects that would stay as they are have no entry. */
export async function diffManifests(
  clientFor: ClientFor,
  discovery: Discovery,
  source: ManifestSource,
  options: ApplyManifestsOptions = {},
): Promise<ObjectDiff[]> {
  const diffs: ObjectDiff[] = [];
  for (const { object } of inOrder(await readManifests(source))) {
    const { apiVersion = "", kind = "", metadata } = object;
    const client = clientFor(await discovery.resolveKind(apiVersion, kind, { signal: options.signal }));
    const name = metadata?.name ?? "";
    const before = await client.find(name, { namespace: metadata?.namespace, signal: options.signal });
    const after = await client.apply(object, { ...strictly(options), dryRun: true });
    const diff = objectDiff(before, after);
    if (diff === "") continue;
    const action = before === undefined ? "created" : "configured";
    diffs.push({ kind, namespace: after.metadata?.namespace, name, action, diff });
  }
  return diffs;
}
