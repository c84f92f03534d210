import type { KubernetesObject } from "../../core/object.ts";
import { rolloutStatus } from "../rollout/status.ts";
import { conditionOf, statusOf } from "./conditions.ts";
import { conditionText } from "./named-condition.ts";
import type { WaitVerdict } from "./verdict.ts";

/** A state from which an object's status does not change any more; undefined while it may. */
export function ended(object: KubernetesObject): WaitVerdict | undefined {
  if (object.kind === "Job") {
    const failed = conditionOf(object, "Failed");
    if (failed?.status === "True") return { type: "failed", reason: `the Job failed: ${conditionText(failed)}` };
    if (conditionOf(object, "Complete")?.status === "True") return { type: "failed", reason: "the Job has completed" };
  }
  if (object.kind === "Pod") {
    const { phase, reason, message } = statusOf(object);
    if (phase !== "Failed" && phase !== "Succeeded") return undefined;
    const why = [reason, message].filter((one) => typeof one === "string" && one !== "").join(": ");
    return { type: "failed", reason: `the pod has ended in phase ${phase}${why === "" ? "" : ` (${why})`}` };
  }
  return undefined;
}

/** {@link ended}, or a rollout that has given up: other fields may still change, its health does not by itself. */
export function terminalFailure(object: KubernetesObject): WaitVerdict | undefined {
  if (object.kind !== "Deployment") return ended(object);
  // The rollout's own verdict heeds the generation: an old failure says nothing about a new change.
  const status = rolloutStatus(object);
  return status.type === "failed" ? status : undefined;
}
