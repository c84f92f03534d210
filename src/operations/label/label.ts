import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { patchOver } from "../shared/patch-over.ts";

/** kubectl's words, `"key=value"` to set and `"key-"` to remove, one or several; or an object, where null removes. */
export type KeyChanges = string | readonly string[] | Readonly<Record<string, string | null>>;

export interface LabelOptions extends WriteOptions {
  /** Changes values that are there already. Default false: another value is a UsageError. */
  readonly overwrite?: boolean | undefined;
}

/** Sets and removes labels or annotations; what has the value already is not written. */
export async function changeKeys<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  field: "labels" | "annotations",
  changes: KeyChanges,
  options: LabelOptions = {},
): Promise<T> {
  const { overwrite = false, ...write } = options;
  const action = field === "labels" ? "label" : "annotate";
  const label = `${action} ${(await client.resource()).name} "${name}"`;
  const wanted = parseKeyChanges(changes, label);
  return patchOver(
    client,
    action,
    name,
    ({ metadata }) => {
      const present = metadata?.[field] ?? {};
      const changed = Object.entries(wanted).filter(([key, value]) => (present[key] ?? null) !== value);
      const taken = changed.filter(([key, value]) => value !== null && present[key] !== undefined);
      if (taken.length > 0 && !overwrite) {
        const what = taken.map(([key]) => `${key} is "${present[key] ?? ""}"`).join(", ");
        throw new UsageError("USAGE", `Cannot ${label}: ${what} already`, {
          hint: "Say { overwrite: true } to change it.",
        });
      }
      return changed.length === 0 ? undefined : { metadata: { [field]: Object.fromEntries(changed) } };
    },
    write,
  );
}

/** @param label the action and its object, for errors */
function parseKeyChanges(changes: KeyChanges, label: string): Record<string, string | null> {
  const entries = typeof changes === "string" ? [changes] : changes;
  const pairs = Array.isArray(entries) ? entries.map((one) => parseWord(one, label)) : Object.entries(entries ?? {});
  if (pairs.length === 0) {
    throw new UsageError("INVALID_INPUT", `Cannot ${label}: no change is given`, { hint: HINT });
  }
  for (const [key, value] of pairs) {
    if (typeof value === "string" || value === null) continue;
    throw new UsageError("INVALID_INPUT", `Cannot ${label}: "${key}" is ${typeof value}, neither a text nor null`, {
      hint: "A text sets it, null removes it.",
    });
  }
  const keys = pairs.map(([key]) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new UsageError("INVALID_INPUT", `Cannot ${label}: "${twice}" is given twice`);
  }
  return Object.fromEntries(pairs);
}

const HINT = 'Write "key=value" to set one, "key-" to remove it.';

function parseWord(word: unknown, label: string): [string, string | null] {
  if (typeof word !== "string") {
    throw new UsageError("INVALID_INPUT", `Cannot ${label}: ${String(word)} is not a change`, { hint: HINT });
  }
  const at = word.indexOf("=");
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  if (at < 0 && word.length > 1 && word.endsWith("-")) return [word.slice(0, -1), null];
  throw new UsageError("INVALID_INPUT", `Cannot ${label}: "${word}" is not a change`, { hint: HINT });
}
