/**
 * What can be waited for, as pure checks of an object's state. Semantics of `kubectl wait`:
 * https://github.com/kubernetes/kubectl/tree/master/pkg/cmd/wait
 */
import { evaluateJsonPath, parseJsonPath, relaxedJsonPath } from "../../core/jsonpath.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import { rolloutStatus } from "../rollout/status.ts";
import { type Condition, conditionOf, statusOf } from "./conditions.ts";

/** What a check says of the present state. */
export type WaitVerdict =
  | { readonly type: "done" }
  | { readonly type: "pending"; readonly progress?: string }
  | { readonly type: "failed"; readonly reason: string };

/** @param first the object as it was first seen, whose uid tells a successor of the same name apart */
export type WaitCheck = (object: KubernetesObject | undefined, first: KubernetesObject | undefined) => WaitVerdict;

/** A condition's check, and its words after "wait for X to". */
export interface WaitCondition {
  readonly goal: string;
  readonly check: WaitCheck;
}

const DONE: WaitVerdict = { type: "done" };

/** Reads kubectl's `--for` and the short words. Throws a UsageError that lists them. */
export function parseWaitCondition(text: string): WaitCondition {
  const [, word = "", rest = ""] = /^([^=]*)=?(.*)$/s.exec(text.trim()) ?? [];
  switch (word.toLowerCase()) {
    case "delete":
    case "deleted":
      return { goal: "be deleted", check: deleted };
    case "create":
    case "exists":
      return { goal: "exist", check: (object) => (object === undefined ? { type: "pending" } : DONE) };
    case "ready":
      return { goal: "be ready", check: present(condition("Ready", "True")) };
    case "available":
      return { goal: "be available", check: present(condition("Available", "True")) };
    case "complete":
      return { goal: "complete", check: present(condition("Complete", "True")) };
    case "rollout":
      return { goal: "finish its rollout", check: present(rolloutStatus) };
    case "condition": {
      const [name = "", value = "True"] = rest.split("=");
      if (name === "") break;
      return { goal: `have condition ${name}=${value}`, check: present(condition(name, value)) };
    }
    case "jsonpath":
      return jsonPathCondition(rest);
  }
  throw new UsageError("INVALID_INPUT", `Cannot wait for "${text}": it is not a condition`, {
    hint: "Use ready, available, complete, deleted, exists, rollout, condition=NAME[=VALUE], jsonpath=EXPRESSION[=VALUE] or a function.",
  });
}

/** An object that was there and went away, or was replaced, can no longer reach a state of its own. */
function present(check: (object: KubernetesObject) => WaitVerdict): WaitCheck {
  return (object, first) => {
    if (object === undefined) {
      return { type: "failed", reason: first === undefined ? "it does not exist" : "it was deleted" };
    }
    if (first?.metadata?.uid !== object.metadata?.uid)
      return { type: "failed", reason: "it was replaced by another of its name" };
    const verdict = check(object);
    return verdict.type === "pending" ? (terminalFailure(object) ?? verdict) : verdict;
  };
}

function deleted(object: KubernetesObject | undefined, first: KubernetesObject | undefined): WaitVerdict {
  if (object === undefined || object.metadata?.uid !== first?.metadata?.uid) return DONE;
  const { deletionTimestamp, finalizers = [] } = object.metadata ?? {};
  if (deletionTimestamp === undefined) return { type: "pending", progress: "nobody has deleted it" };
  const held = finalizers.length === 0 ? "" : `, held by finalizers ${finalizers.join(", ")}`;
  return { type: "pending", progress: `it is being deleted since ${deletionTimestamp}${held}` };
}

function condition(name: string, value: string): (object: KubernetesObject) => WaitVerdict {
  return (object) => {
    const found = conditionOf(object, name);
    if (found === undefined) return { type: "pending", progress: `it has no condition ${name} yet` };
    const observed = found.observedGeneration ?? statusOf(object).observedGeneration;
    if (typeof observed === "number" && observed < (object.metadata?.generation ?? 0)) {
      return { type: "pending", progress: "its controller has not seen the latest change yet" };
    }
    if ((found.status ?? "").toLowerCase() === value.toLowerCase()) return DONE;
    return { type: "pending", progress: describe(found) };
  };
}

function jsonPathCondition(text: string): WaitCondition {
  // In braces the expression may hold "=" itself: the value follows the last brace.
  const [, expression = text, value] =
    (text.startsWith("{") ? /^(\{.*\})(?:=(.*))?$/s : /^([^=]*)(?:=(.*))?$/s).exec(text) ?? [];
  const path = parseJsonPath(relaxedJsonPath(expression));
  const check = present((object) => {
    const results = evaluateJsonPath(path, object, { allowMissingKeys: true }).flat();
    const [only] = results;
    if (value === undefined)
      return results.length > 0 ? DONE : { type: "pending", progress: `${expression} is not there yet` };
    if (results.length > 1) return { type: "failed", reason: `${expression} gives ${results.length} values, not one` };
    const shown = typeof only === "object" && only !== null ? JSON.stringify(only) : String(only ?? "");
    return results.length === 1 && shown === unquoted(value)
      ? DONE
      : { type: "pending", progress: `${expression} is ${shown || "not there yet"}` };
  });
  return { goal: value === undefined ? `have ${expression}` : `have ${expression} = ${value}`, check };
}

function unquoted(value: string): string {
  return /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value;
}

/** States from which an object does not come back by itself. */
function terminalFailure(object: KubernetesObject): WaitVerdict | undefined {
  if (object.kind === "Job") {
    const failed = conditionOf(object, "Failed");
    if (failed?.status === "True") return { type: "failed", reason: `the Job failed: ${describe(failed)}` };
    const complete = conditionOf(object, "Complete");
    if (complete?.status === "True") return { type: "failed", reason: "the Job has completed" };
  }
  if (object.kind === "Pod") {
    const { phase, reason, message } = statusOf(object);
    if (phase === "Failed" || phase === "Succeeded") {
      const why = [reason, message].filter((one) => typeof one === "string" && one !== "").join(": ");
      return { type: "failed", reason: `the pod has ended in phase ${phase}${why === "" ? "" : ` (${why})`}` };
    }
  }
  if (object.kind === "Deployment") {
    // The rollout's own verdict heeds the generation: an old failure says nothing about a new change.
    const status = rolloutStatus(object);
    if (status.type === "failed") return status;
  }
  return undefined;
}

function describe({ type = "", status = "", reason = "", message = "" }: Condition): string {
  const why = [reason, message].filter((one) => one !== "").join(": ");
  return `${type} is ${status}${why === "" ? "" : ` (${why})`}`;
}
