import type { KubernetesObject } from "../../core/object.ts";
import { type Condition, conditionOf, statusOf } from "./conditions.ts";
import { BEHIND, DONE, pending, type WaitVerdict } from "./verdict.ts";

/** Whether an entry of `status.conditions` is as wanted, and up to date. */
export function hasCondition(object: KubernetesObject, name: string, value = "True"): WaitVerdict {
  const found = conditionOf(object, name);
  if (found === undefined) {
    return isBehind(object, statusOf(object).observedGeneration) ? BEHIND : pending(`it has no condition ${name} yet`);
  }
  if (isBehind(object, found.observedGeneration ?? statusOf(object).observedGeneration)) return BEHIND;
  return (found.status ?? "").toLowerCase() === value.toLowerCase() ? DONE : pending(conditionText(found));
}

/** Whether what was observed is older than the object's latest change. */
export function isBehind(object: KubernetesObject, observedGeneration: unknown): boolean {
  return typeof observedGeneration === "number" && observedGeneration < (object.metadata?.generation ?? 0);
}

/** `Ready is False (ContainersNotReady: containers with unready status: [web])` */
export function conditionText({ type = "", status = "", reason = "", message = "" }: Condition): string {
  const why = [reason, message].filter((one) => one !== "").join(": ");
  return `${type} is ${status}${why === "" ? "" : ` (${why})`}`;
}
