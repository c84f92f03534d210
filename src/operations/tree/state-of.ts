import type { KubernetesObject } from "../../core/object.ts";
import { conditionOf, specOf, statusOf } from "../wait/conditions.ts";
import { podTroubles } from "../wait/pod-trouble.ts";
import { settledness } from "../wait/readiness.ts";

/** How an object is doing, in words for a column each. */
export interface ObjectState {
  /** `2/3` of pods or containers, else the condition Ready: `True`, `False`, `Unknown`; empty where there is no such thing. */
  readonly ready: string;
  /** `Running`, `CrashLoopBackOff`, `Terminating`, `InProgress` …; empty for kinds that have no state. */
  readonly status: string;
  /** Why it is not in working order; empty when it is. */
  readonly message: string;
}

/** Of what was not read. */
export const NO_STATE: ObjectState = { ready: "", status: "", message: "" };

/** What the object itself tells of its state. */
export function stateOf(object: KubernetesObject): ObjectState {
  const verdict = settledness(object);
  const ready = readyOf(object);
  const told = verdict.type === "pending" ? (verdict.progress ?? "") : verdict.type === "failed" ? verdict.reason : "";
  const [trouble] = object.kind === "Pod" ? podTroubles(object) : [];
  return { ready, status: statusWord(object, verdict.type, ready), message: trouble?.text ?? told };
}

function readyOf(object: KubernetesObject): string {
  const [spec, status] = [specOf(object), statusOf(object)];
  switch (object.kind) {
    case "Pod": {
      const containers = listOf<{ ready?: boolean }>(status.containerStatuses);
      return `${containers.filter(({ ready }) => ready === true).length}/${listOf(spec.containers).length}`;
    }
    case "Deployment":
    case "StatefulSet":
    case "ReplicaSet":
    case "ReplicationController":
      return `${count(status.readyReplicas, 0)}/${count(spec.replicas, 1)}`;
    case "DaemonSet":
      return `${count(status.numberReady, 0)}/${count(status.desiredNumberScheduled, 0)}`;
    case "Job":
      return `${count(status.succeeded, 0)}/${count(spec.completions, 1)}`;
    default:
      return conditionOf(object, "Ready")?.status ?? "";
  }
}

function statusWord(object: KubernetesObject, verdict: "done" | "pending" | "failed", ready: string): string {
  if (object.metadata?.deletionTimestamp !== undefined) return "Terminating";
  const { phase } = statusOf(object);
  if (object.kind === "Pod") {
    // kubectl's word.
    if (phase === "Succeeded") return "Completed";
    return podTroubles(object)[0]?.word ?? String(phase ?? "Pending");
  }
  if (typeof phase === "string" && phase !== "") return phase;
  if (verdict === "failed") return "Failed";
  if (verdict === "pending") return object.kind === "Job" ? "Running" : "InProgress";
  if (object.kind === "Job") return "Complete";
  return ready === "" ? "" : "Ready";
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function count(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
