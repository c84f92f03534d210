/**
 * The meaning of conditions, as pure checks of an object's state. Semantics of `kubectl wait`:
 * https://github.com/kubernetes/kubectl/tree/master/pkg/cmd/wait
 */
import { evaluateJsonPath, parseJsonPath, relaxedJsonPath } from "../../core/jsonpath.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import { rolloutStatus } from "../rollout/status.ts";
import { hasCondition } from "./named-condition.ts";
import { parseWaitCondition } from "./parse-condition.ts";
import { podTroubles } from "./pod-trouble.ts";
import { availability, completion, readiness, settledness } from "./readiness.ts";
import { ended, terminalFailure } from "./terminal-failure.ts";
import { DONE, pending, type WaitCheck, type WaitVerdict } from "./verdict.ts";
import { deleted, type WaitFor, type WaitPredicate } from "./wait-condition.ts";

/** A condition's check, and its words after "wait for X to". */
export interface Judge {
  readonly goal: string;
  readonly check: WaitCheck;
}

/** What a condition means. Throws UsageError for a text, a JSONPath or a value that is none. */
export function judgeOf<T>(wanted: WaitFor<T>): Judge {
  if (typeof wanted === "string") return judgeOf(parseWaitCondition(wanted));
  if (typeof wanted === "function") return byPredicate(wanted);
  switch (wanted?.type) {
    case "deleted":
      return { goal: "be deleted", check: isDeleted };
    case "exists":
      return { goal: "exist", check: (object) => (object === undefined ? { type: "pending" } : DONE) };
    case "ready":
      return { goal: "be ready", check: present(readiness, terminalFailure) };
    case "available":
      return { goal: "be available", check: present(availability, terminalFailure) };
    case "complete":
      return { goal: "complete", check: present(completion, terminalFailure) };
    case "rollout":
      return { goal: "finish its rollout", check: present(rolloutStatus, terminalFailure) };
    case "condition": {
      const { name, value } = wanted;
      const health = ["available", "progressing"].includes(name.toLowerCase()) && value.toLowerCase() === "true";
      return {
        goal: `have condition ${name}=${value}`,
        check: present((object) => hasCondition(object, name, value), health ? terminalFailure : ended),
      };
    }
    case "jsonpath":
      return jsonPath(wanted.expression, wanted.value);
    case "all":
      return allOf(parts("all", wanted.of));
    case "any":
      return anyOf(parts("any", wanted.of));
    case "not":
      return negated(judgeOf(wanted.of));
  }
  throw new UsageError("INVALID_INPUT", `Cannot wait: ${JSON.stringify(wanted) ?? "undefined"} is not a condition`, {
    hint: "Give one of k8s.conditions, kubectl's text for --for, or a function of the object.",
  });
}

/** What was just made is in working order: `ready`, save that an ended pod, and what tells nothing of itself, is too. */
export const SETTLED: Judge = {
  goal: "be ready",
  // What is on its way out works until it is gone, and is not what was asked for.
  check: present((object) => {
    const leaving = departure(object);
    return leaving === undefined ? settledness(object) : { type: "failed", reason: leaving };
  }, terminalFailure),
};

function parts<T>(name: string, of: readonly WaitFor<T>[]): Judge[] {
  if (of.length > 0) return of.map((one) => judgeOf(one));
  throw new UsageError("INVALID_INPUT", `Cannot wait: ${name}() has no condition in it`);
}

/** An object that was there and went away, or was replaced, can no longer reach a state of its own. */
function present(
  check: (object: KubernetesObject) => WaitVerdict,
  terminal: (object: KubernetesObject) => WaitVerdict | undefined,
): WaitCheck {
  return (object, first) => {
    if (object === undefined) {
      return { type: "failed", reason: first === undefined ? "it does not exist" : "it was deleted" };
    }
    if (first?.metadata?.uid !== object.metadata?.uid)
      return { type: "failed", reason: "it was replaced by another of its name" };
    const verdict = check(object);
    if (verdict.type !== "pending") return verdict;
    const words = object.kind === "Pod" ? podTroubles(object).map(({ word }) => word) : [];
    return terminal(object) ?? (words.length === 0 ? verdict : { ...verdict, progress: words.join(", ") });
  };
}

function isDeleted(object: KubernetesObject | undefined, first: KubernetesObject | undefined): WaitVerdict {
  if (object === undefined || object.metadata?.uid !== first?.metadata?.uid) return DONE;
  return pending(departure(object) ?? "nobody has deleted it");
}

/**
 * That these objects are gone, by their uids: one that a controller has made in the place of another is none of them.
 * Where a uid is not known, whatever is there first counts.
 */
export function goneJudge(uids: readonly (string | undefined)[]): Judge {
  const judge = judgeOf(deleted);
  if (uids.includes(undefined)) return judge;
  const known = new Set(uids);
  return {
    ...judge,
    check: (object) => (known.has(object?.metadata?.uid) ? judge.check(object, object) : DONE),
  };
}

/** What an object that is being deleted waits for; undefined for one that is not. */
function departure({ metadata: { deletionTimestamp, finalizers = [] } = {} }: KubernetesObject): string | undefined {
  if (deletionTimestamp === undefined) return undefined;
  const held = finalizers.length === 0 ? "" : `, held by finalizers ${finalizers.join(", ")}`;
  return `it is being deleted since ${deletionTimestamp}${held}`;
}

function jsonPath(expression: string, value: string | undefined): Judge {
  const path = parseJsonPath(relaxedJsonPath(expression));
  const check = (object: KubernetesObject): WaitVerdict => {
    const results = evaluateJsonPath(path, object, { allowMissingKeys: true }).flat();
    const [only] = results;
    if (value === undefined) return results.length > 0 ? DONE : pending(`${expression} is not there yet`);
    if (results.length > 1) return { type: "failed", reason: `${expression} gives ${results.length} values, not one` };
    const shown = typeof only === "object" && only !== null ? JSON.stringify(only) : String(only ?? "");
    return results.length === 1 && shown === value ? DONE : pending(`${expression} is ${shown || "not there yet"}`);
  };
  // What others may still change (labels, finalizers) is waited for also where the status has its last state.
  const terminal = /\bstatus\b/.test(expression) ? ended : (): undefined => undefined;
  const goal = value === undefined ? `have ${expression}` : `have ${expression} = ${value}`;
  return { goal, check: present(check, terminal) };
}

function byPredicate<T>(predicate: WaitPredicate<T>): Judge {
  return {
    goal: "satisfy the condition given",
    check: (object) => {
      const answer: unknown = predicate(object as T | undefined);
      // A promise, or a condition of k8s.conditions that was not called, would pass for true.
      if (typeof answer === "object" && answer !== null) {
        throw new UsageError(
          "INVALID_INPUT",
          "Cannot wait: the function given answers with an object, not true or false",
          {
            hint: 'It must not be asynchronous; condition("Ready") and jsonpath("{…}") are calls.',
          },
        );
      }
      return answer ? DONE : { type: "pending" };
    },
  };
}

function allOf(judges: readonly Judge[]): Judge {
  return {
    goal: judges.map(({ goal }) => goal).join(" and "),
    check: (object, first) => {
      const verdicts = judges.map(({ check }) => check(object, first));
      const waiting = verdicts.filter((one) => one.type === "pending");
      // What does not exist yet has failed nothing where one of the conditions waits for it to exist.
      const awaited = object === undefined && first === undefined && waiting.length > 0;
      const failed = verdicts.find((one) => one.type === "failed");
      if (failed !== undefined && !awaited) return failed;
      return waiting.length === 0 ? DONE : joined(waiting, "; ");
    },
  };
}

function anyOf(judges: readonly Judge[]): Judge {
  return {
    goal: judges.map(({ goal }) => goal).join(" or "),
    check: (object, first) => {
      const verdicts = judges.map(({ check }) => check(object, first));
      if (verdicts.some(({ type }) => type === "done")) return DONE;
      const waiting = verdicts.filter((one) => one.type === "pending");
      if (waiting.length > 0) return joined(waiting, "; ");
      const reasons = verdicts.flatMap((one) => (one.type === "failed" ? [one.reason] : []));
      return { type: "failed", reason: [...new Set(reasons)].join("; ") };
    },
  };
}

function joined(verdicts: readonly (WaitVerdict & { type: "pending" })[], separator: string): WaitVerdict {
  const texts = new Set(verdicts.flatMap(({ progress }) => (progress === undefined ? [] : [progress])));
  return {
    type: "pending",
    ...(texts.size === 0 ? {} : { progress: [...texts].join(separator) }),
    ...(verdicts.some(({ unsure }) => unsure === true) ? { unsure: true } : {}),
  };
}

function negated({ goal, check }: Judge): Judge {
  return {
    goal: `not ${goal}`,
    check: (object, first) => {
      const verdict = check(object, first);
      if (verdict.type === "done") return pending(`"${goal}" still holds`);
      if (verdict.type === "pending") return verdict.unsure === true ? verdict : DONE;
      return object === undefined ? verdict : DONE;
    },
  };
}
