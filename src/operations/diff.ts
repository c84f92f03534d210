import type { UnknownObject } from "../core/object.ts";
import { formatYaml } from "../core/yaml.ts";
import type { Discovery } from "../discovery/discovery.ts";
import type { ApplyManifestsOptions, ClientFor } from "./apply.ts";
import { lineDiff } from "./line-diff.ts";
import { inOrder, type ManifestSource, readManifests } from "./manifests.ts";

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
    const after = await client.apply(object, { ...options, dryRun: true });
    const [left, right] = maskedPair(before, after);
    const diff = lineDiff(left === undefined ? "" : formatYaml(left), formatYaml(right));
    if (diff === "") continue;
    const action = before === undefined ? "created" : "configured";
    diffs.push({ kind, namespace: after.metadata?.namespace, name, action, diff });
  }
  return diffs;
}

/** Both sides without bookkeeping; a Secret's values only as what they are: kept, or changed. */
function maskedPair(
  before: UnknownObject | undefined,
  after: UnknownObject,
): [UnknownObject | undefined, UnknownObject] {
  const left = before && tidy(before);
  const right = tidy(after);
  if (after.kind !== "Secret") return [left, right];
  const [oldData, newData] = [dataOf(before), dataOf(after)];
  const mask = (data: Record<string, unknown>, other: Record<string, unknown>, mark: string): Record<string, string> =>
    Object.fromEntries(Object.keys(data).map((key) => [key, data[key] === other[key] ? "***" : `*** (${mark})`]));
  return [
    left && { ...left, data: mask(oldData, newData, "before") },
    { ...right, data: mask(newData, oldData, "after") },
  ];
}

function dataOf(object: UnknownObject | undefined): Record<string, unknown> {
  return (object?.data ?? {}) as Record<string, unknown>;
}

function tidy(object: UnknownObject): UnknownObject {
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}
