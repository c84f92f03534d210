import { nearest } from "../../core/nearest.ts";
import { UsageError } from "../../errors.ts";
import { condition, jsonpath, type WaitCondition } from "./wait-condition.ts";

const WORDS: Readonly<Record<string, "ready" | "available" | "complete" | "deleted" | "exists" | "rollout">> = {
  ready: "ready",
  available: "available",
  complete: "complete",
  delete: "deleted",
  deleted: "deleted",
  create: "exists",
  exists: "exists",
  rollout: "rollout",
};

/** Reads kubectl's `--for` and the short words. Throws a UsageError that lists them. */
export function parseWaitCondition(text: string): WaitCondition<never> {
  const [, word = "", rest = ""] = /^([^=]*)=?(.*)$/s.exec(text.trim()) ?? [];
  const key = word.toLowerCase();
  const state = Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
  if (state !== undefined && rest === "") return { type: state };
  if (key === "condition") {
    const [name = "", value = "True"] = rest.split("=");
    if (name !== "") return condition(name, value);
  }
  if (key === "jsonpath") {
    // In braces the expression may hold "=" itself: the value follows the last brace.
    const [, , quoted, after] = /^(["'])(\{.*\})\1(?:=(.*))?$/s.exec(rest) ?? [];
    if (quoted !== undefined) return jsonpath(quoted, after === undefined ? undefined : unquoted(after));
    const [, expression = rest, value] =
      (rest.startsWith("{") ? /^(\{.*\})(?:=(.*))?$/s : /^([^=]*)(?:=(.*))?$/s).exec(rest) ?? [];
    return jsonpath(expression, value === undefined ? undefined : unquoted(value));
  }
  const known = [...Object.keys(WORDS), "condition", "jsonpath"];
  const meant = known.includes(key) ? undefined : nearest(key, known);
  throw new UsageError("INVALID_INPUT", `Cannot wait for "${text}": it is not a condition`, {
    hint: `${meant === undefined ? "" : `Did you mean ${meant}? `}Use ready, available, complete, deleted, exists, rollout, condition=NAME[=VALUE], jsonpath=EXPRESSION[=VALUE], one of k8s.conditions or a function.`,
  });
}

function unquoted(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}
