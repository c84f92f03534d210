import { styleText } from "node:util";
import type { ObjectDiff } from "../../operations/manifests/diff.ts";

/** The lines of a unified diff, coloured as git does. */
export function diffText(diff: string, color: boolean): string {
  if (!color) return diff;
  return diff
    .split("\n")
    .map((line) => {
      if (line.startsWith("--- ") || line.startsWith("+++ ")) return styled("bold", line);
      if (line.startsWith("+")) return styled("green", line);
      if (line.startsWith("-")) return styled("red", line);
      return line.startsWith("@@") ? styled("cyan", line) : line;
    })
    .join("\n");
}

/** Whether there is colour is decided by now: the process's stdout, which `styleText` would ask, has no say. */
function styled(style: "bold" | "green" | "red" | "cyan", text: string): string {
  return styleText(style, text, { validateStream: false });
}

/** What `k8s.diff()` found as one unified diff. */
export function objectDiffsText(diffs: readonly ObjectDiff[], color: boolean): string {
  return diffs.map((one) => `${diffText(headOf(one), color)}\n${diffText(one.diff, color)}`).join("\n");
}

function headOf({ kind, namespace, name, action }: ObjectDiff): string {
  const path = [namespace, kind, name].filter((part) => part !== undefined).join("/");
  const from = action === "created" ? "/dev/null" : `live/${path}`;
  return `--- ${from}\n+++ ${action === "pruned" ? "/dev/null" : `applied/${path}`}`;
}

/** Whether a value is what `k8s.diff()` says of one object. */
export function isObjectDiff(value: unknown): value is ObjectDiff {
  if (typeof value !== "object" || value === null) return false;
  const { kind, name, action, diff } = value as Partial<Record<keyof ObjectDiff, unknown>>;
  return [kind, name, action, diff].every((one) => typeof one === "string") && Object.keys(value).length === 5;
}
