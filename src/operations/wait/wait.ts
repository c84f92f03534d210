import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { until, type Verdict } from "../../resources/until.ts";
import { parseWaitCondition, type WaitCheck } from "./wait-conditions.ts";

/** kubectl's own default. */
export const WAIT_TIMEOUT_MS = 30_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Done when it returns true; it sees every state from the present on, undefined where the object is absent. */
export type WaitPredicate<T> = (object: T | undefined) => boolean;

export interface WaitOptions extends CallScope {
  /** Default 30 000. 0 checks once; negative waits a week. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Waits for an object to reach a condition and returns it in that state (undefined when it was to be gone):
 * `ready`, `available`, `complete`, `deleted` (`delete`), `exists` (`create`), `rollout`, `condition=NAME[=VALUE]`,
 * `jsonpath=EXPRESSION[=VALUE]`, or a function. Fails at once when the condition can no longer come true.
 */
export async function wait<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  condition: string | WaitPredicate<T>,
  options: WaitOptions = {},
): Promise<T | undefined> {
  const { goal, check } = typeof condition === "string" ? parseWaitCondition(condition) : custom(condition);
  const { timeoutMs = WAIT_TIMEOUT_MS } = options;
  if (Number.isNaN(timeoutMs))
    throw new UsageError("INVALID_INPUT", `Cannot wait for "${name}": timeoutMs is not a number`);
  let first: KubernetesObject | undefined;
  return until<T, T | undefined>(
    client,
    name,
    goal,
    (object): Verdict<T | undefined> => {
      first ??= object;
      const verdict = check(object, first);
      return verdict.type === "done" ? { type: "done", value: object } : verdict;
    },
    { ...options, timeoutMs: timeoutMs < 0 ? WEEK_MS : timeoutMs },
  );
}

function custom<T extends KubernetesObject>(
  predicate: WaitPredicate<T>,
): { goal: string; check: (object: T | undefined, first: KubernetesObject | undefined) => ReturnType<WaitCheck> } {
  return {
    goal: "satisfy the condition given",
    check: (object) => (predicate(object) ? { type: "done" } : { type: "pending" }),
  };
}
