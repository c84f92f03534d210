import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { PodTemplateSpec } from "../../types/core-v1.ts";
import { objectDiff } from "../manifests/object-diff.ts";
import { objectFor } from "../shared/object-for.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { ROLLOUT_RESOURCES } from "./progress.ts";
import { revisionsOf } from "./revisions.ts";

/** One revision of a workload's pod template. A table shows it without its keeper, diff and template, JSON with them. */
export interface Revision {
  readonly revision: number;
  /** RFC 3339. */
  readonly created: string;
  /** The annotation `kubernetes.io/change-cause`; empty without it. */
  readonly cause: string;
  /** The changed lines of the diff on one line: `image: nginx:1 → nginx:2`, `-key: gone`, `+key: new`. */
  readonly change: string;
  /** Unified lines of what it changed since the revision before it; empty for the first that is kept. */
  readonly diff: string;
  readonly template: PodTemplateSpec;
  /** Of the ReplicaSet or ControllerRevision that keeps it. */
  readonly name: string;
}

const CHANGE_CAUSE = "kubernetes.io/change-cause";
/** Beside the other columns it fits 120. */
const CHANGE_WIDTH = 72;

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
      cause: annotations[CHANGE_CAUSE] ?? "",
      // Last in a table, as it is the longest.
      change: changedLines(diff),
    };
    const whole = { ...shown, name: keeper, diff, template };
    return Object.defineProperties(shown, {
      name: { value: keeper },
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
  const changed = diff.split("\n").filter((line) => /^[-+]/.test(line));
  const words: string[] = [];
  for (const [index, line] of changed.entries()) {
    const before = fieldOf(changed[index - 1], "-");
    const after = fieldOf(line, "+");
    if (before !== undefined && after !== undefined && before.key === after.key) {
      words.splice(-1, 1, `${after.key}: ${before.value} → ${after.value}`);
    } else words.push(`${line.charAt(0)}${line.slice(1).trim().replace(/^- /, "")}`);
  }
  const text = words.join(" ");
  return text.length > CHANGE_WIDTH ? `${text.slice(0, CHANGE_WIDTH - 1)}…` : text;
}

/** The field and the value of a line that was taken away or added. */
function fieldOf(line: string | undefined, sign: "-" | "+"): { key: string; value: string } | undefined {
  const [, mark, key, value] = /^([-+]) *(?:- )?([^:\s]+): (.+)$/.exec(line ?? "") ?? [];
  return mark === sign && key !== undefined && value !== undefined ? { key, value } : undefined;
}
