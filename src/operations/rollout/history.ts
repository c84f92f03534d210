import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { PodTemplateSpec } from "../../types/core-v1.ts";
import { objectDiff } from "../manifests/object-diff.ts";
import { objectFor } from "../shared/object-for.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { ROLLOUT_RESOURCES } from "./progress.ts";
import { revisionsOf } from "./revisions.ts";

/** One revision of a workload's pod template. A table shows it without the diff and the template, JSON with them. */
export interface Revision {
  readonly revision: number;
  /** RFC 3339. */
  readonly created: string;
  /** The annotation `kubernetes.io/change-cause`; empty without it. */
  readonly cause: string;
  /** The lines of the diff that were taken away and added, on one line. */
  readonly change: string;
  /** Unified lines of what it changed since the revision before it; empty for the first that is kept. */
  readonly diff: string;
  readonly template: PodTemplateSpec;
  /** Of the ReplicaSet or ControllerRevision that keeps it. */
  readonly name: string;
}

const CHANGE_CAUSE = "kubernetes.io/change-cause";
const CHANGE_WIDTH = 100;

/** The revisions that are kept, oldest first, each with what it changed. */
export async function rolloutHistory(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: CallScope = {},
): Promise<Revision[]> {
  const action = "tell the revisions of";
  await requireResourceOf(client, action, name, ROLLOUT_RESOURCES);
  const revisions = await revisionsOf(client, await objectFor(client, action, name, options), options);
  return revisions.map(({ revision, created, annotations, name: keeper, template }, index) => {
    const before = revisions[index - 1]?.template;
    const diff = before === undefined ? "" : objectDiff(asObject(before), asObject(template));
    const shown = {
      revision,
      created,
      name: keeper,
      cause: annotations[CHANGE_CAUSE] ?? "",
      // Last in a table, as it is the longest.
      change: changedLines(diff),
    };
    const whole = { ...shown, diff, template };
    return Object.defineProperties(shown, {
      diff: { value: diff },
      template: { value: template },
      toJSON: { value: () => whole },
    }) as Revision;
  });
}

function asObject(template: PodTemplateSpec): UnknownObject {
  return { ...template };
}

function changedLines(diff: string): string {
  const lines = diff
    .split("\n")
    .flatMap((line) => (/^[-+]/.test(line) ? [`${line.charAt(0)}${line.slice(1).trim()}`] : []));
  const text = lines.join(" ");
  return text.length > CHANGE_WIDTH ? `${text.slice(0, CHANGE_WIDTH - 1)}…` : text;
}
