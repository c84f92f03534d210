/** What working order means for each kind, from the object alone. */
import type { KubernetesObject } from "../../core/object.ts";
import { record } from "../../core/record.ts";
import { BUILT_IN_RESOURCES } from "../../types/built-in-resources.ts";
import { rolloutStatus } from "../rollout/status.ts";
import { conditionOf, specOf, statusOf } from "./conditions.ts";
import { conditionText, hasCondition, isBehind } from "./named-condition.ts";
import { BEHIND, DONE, pending, type WaitVerdict } from "./verdict.ts";

/** Whether an object is in working order, as its kind means it. */
export function readiness(object: KubernetesObject): WaitVerdict {
  switch (object.kind) {
    case "Deployment":
      return rolloutStatus(object);
    case "DaemonSet":
    case "StatefulSet":
      return record(specOf(object).updateStrategy).type === "OnDelete"
        ? replicas(object, "ready")
        : rolloutStatus(object);
    case "ReplicaSet":
    case "ReplicationController":
      return replicas(object, "ready");
    case "Job":
      return completion(object);
    case "CustomResourceDefinition":
      return established(object);
    case "APIService":
      return hasCondition(object, "Available");
    case "PersistentVolumeClaim":
      return inPhase(object, ["Bound"], ["Lost"]);
    case "PersistentVolume":
      return inPhase(object, ["Available", "Bound", "Released"], ["Failed"]);
    case "Namespace":
      return inPhase(object, ["Active"], ["Terminating"]);
  }
  const hasState = object.kind === "Pod" || object.kind === "Node" || conditionOf(object, "Ready") !== undefined;
  return hasState || !isBuiltIn(object) ? hasCondition(object, "Ready") : DONE;
}

/** {@link readiness} of what was just made: an ended pod is no failure, nor is a custom resource that says nothing. */
export function settledness(object: KubernetesObject): WaitVerdict {
  if (object.kind === "Pod" && statusOf(object).phase === "Succeeded") return DONE;
  if (isBuiltIn(object) || conditionOf(object, "Ready") !== undefined) return readiness(object);
  return isBehind(object, statusOf(object).observedGeneration) ? BEHIND : DONE;
}

/** Whether enough replicas are available; of other kinds the condition `Available`. */
export function availability(object: KubernetesObject): WaitVerdict {
  const counted = ["DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController"];
  return counted.includes(object.kind ?? "") ? replicas(object, "available") : hasCondition(object, "Available");
}

/** Whether a Job has completed or a Pod ended well; of other kinds the condition `Complete`. */
export function completion(object: KubernetesObject): WaitVerdict {
  if (object.kind !== "Pod") return withCounts(object, hasCondition(object, "Complete"));
  const { phase } = statusOf(object);
  return phase === "Succeeded" ? DONE : pending(`it is ${String(phase ?? "Pending")}`);
}

function withCounts(object: KubernetesObject, verdict: WaitVerdict): WaitVerdict {
  if (object.kind !== "Job" || verdict.type !== "pending" || verdict.unsure === true) return verdict;
  const { succeeded = 0, active = 0, failed = 0 } = statusOf(object);
  const { completions = 1, suspend } = specOf(object);
  const failures = failed === 0 ? "" : `, ${String(failed)} failed`;
  const held = suspend === true ? "; it is suspended" : "";
  return pending(
    `${String(succeeded)} of ${String(completions)} pods have succeeded, ${String(active)} active${failures}${held}`,
  );
}

function replicas(object: KubernetesObject, state: "ready" | "available"): WaitVerdict {
  const status = statusOf(object);
  if (isBehind(object, status.observedGeneration ?? 0)) return BEHIND;
  const daemons = object.kind === "DaemonSet";
  const wanted = daemons ? status.desiredNumberScheduled : (specOf(object).replicas ?? 1);
  const present = daemons
    ? status[state === "ready" ? "numberReady" : "numberAvailable"]
    : status[state === "ready" ? "readyReplicas" : "availableReplicas"];
  const [have, want] = [Number(present ?? 0), Number(wanted ?? 0)];
  return have >= want ? DONE : pending(`${have} of ${want} pods are ${state}`);
}

function established(object: KubernetesObject): WaitVerdict {
  const accepted = conditionOf(object, "NamesAccepted");
  if (accepted?.status === "False") return { type: "failed", reason: conditionText(accepted) };
  return hasCondition(object, "Established");
}

function inPhase(object: KubernetesObject, good: readonly string[], bad: readonly string[]): WaitVerdict {
  const { phase } = statusOf(object);
  const text = typeof phase === "string" && phase !== "" ? phase : "Pending";
  if (good.includes(text)) return DONE;
  return bad.includes(text) ? { type: "failed", reason: `it is ${text}` } : pending(`it is ${text}`);
}

function isBuiltIn({ apiVersion = "", kind }: KubernetesObject): boolean {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return BUILT_IN_RESOURCES.some((one) => one.group === group && one.kind === kind);
}
