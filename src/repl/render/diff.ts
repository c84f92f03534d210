import { styleText } from "node:util";
import type { ObjectDiff } from "../../operations/manifests/diff.ts";

/** The lines of a unified diff, coloured as git does. */
export function diffText(diff: string, color: boolean): string {
  if (!color) return diff;
  return diff
    .split("\n")
    .map((line) => {
      if (line.startsWith("--- ") || line.startsWith("+++ ")) return styleText("bold", line);
      if (line.startsWith("+")) return styleText("green", line);
      if (line.startsWith("-")) return styleText("red", line);
      return line.startsWith("@@") ? styleText("cyan", line) : line;
    })
    .join("\n");
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
