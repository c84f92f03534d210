/** https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollback.go */
import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { objectFor } from "../shared/object-for.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { withoutNulls } from "../shared/without-nulls.ts";
import { specOf } from "../wait/conditions.ts";
import { ROLLOUT_RESOURCES } from "./progress.ts";
import { REVISION_ANNOTATION, revisionsOf, type StoredRevision } from "./revisions.ts";

export interface UndoOptions extends WriteOptions {
  /** Default, and for 0: the one before the present. */
  readonly toRevision?: number | undefined;
}

/** Annotations that say something of the Deployment as it is: they do not go back with its template. */
const KEPT_ANNOTATIONS: readonly string[] = [
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION_ANNOTATION,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
];

/** Puts the template of an earlier revision back. */
export async function undoRollout<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: UndoOptions = {},
): Promise<T> {
  const { toRevision = 0, ...write } = options;
  const label = `the rollout of ${(await client.resource()).name} "${name}"`;
  if (!Number.isInteger(toRevision) || toRevision < 0) {
    throw new UsageError("INVALID_INPUT", `Cannot undo ${label}: ${toRevision} is not the number of a revision`);
  }
  await requireResourceOf(client, "undo the rollout of", name, ROLLOUT_RESOURCES);
  const object = await objectFor(client, "undo the rollout of", name, options);
  if (specOf(object).paused === true) {
    throw new UsageError("USAGE", `Cannot undo ${label}: it is paused`, {
      hint: `Resume it first: .rollout.resume("${name}")`,
    });
  }
  const target = chosen(await revisionsOf(client, object, options), toRevision, label);
  if (isDeepStrictEqual(withoutNulls(specOf(object).template), withoutNulls(target.template))) return object;
  return object.kind === "Deployment"
    ? client.patch(name, deploymentPatch(object, target), { ...write, type: "json" })
    : client.patch(name, revisionPatch(target), { ...write, type: "strategic" });
}

function chosen(revisions: readonly StoredRevision[], toRevision: number, label: string): StoredRevision {
  const found = toRevision === 0 ? revisions.at(-2) : revisions.find(({ revision }) => revision === toRevision);
  if (found !== undefined) return found;
  const kept = revisions.map(({ revision }) => revision).join(", ");
  throw toRevision === 0
    ? new UsageError("USAGE", `Cannot undo ${label}: no revision before the present one is kept`)
    : new UsageError("INVALID_INPUT", `Cannot undo ${label}: it has no revision ${toRevision}`, {
        hint: kept === "" ? "No revision is kept." : `It has ${kept}.`,
      });
}

function deploymentPatch({ metadata }: KubernetesObject, target: StoredRevision): object[] {
  const own = Object.entries(metadata?.annotations ?? {}).filter(([key]) => KEPT_ANNOTATIONS.includes(key));
  const old = Object.entries(target.annotations).filter(([key]) => !KEPT_ANNOTATIONS.includes(key));
  return [
    { op: "replace", path: "/spec/template", value: target.template },
    { op: "add", path: "/metadata/annotations", value: Object.fromEntries([...own, ...old]) },
  ];
}

/** What the ControllerRevision holds: a patch that replaces the template. */
function revisionPatch({ template }: StoredRevision): object {
  return { spec: { template: { ...template, $patch: "replace" } } };
}
