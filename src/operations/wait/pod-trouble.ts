import type { KubernetesObject } from "../../core/object.ts";
import { conditionOf, statusOf } from "./conditions.ts";

/** What keeps a pod from being ready, in a word and in a sentence. */
export interface PodTrouble {
  /** `ImagePullBackOff` */
  readonly word: string;
  /** `container "web": ImagePullBackOff (Back-off pulling image "nope")` */
  readonly text: string;
}

interface ContainerState {
  readonly name?: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Termination;
  };
  readonly lastState?: { readonly terminated?: Termination };
}

interface Termination {
  readonly exitCode?: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** States of a container that comes up as it should. */
const ORDINARY = new Set(["", "ContainerCreating", "PodInitializing"]);

/** What keeps a pod from being ready: it has no node, or containers wait for something or have failed. */
export function podTroubles(pod: KubernetesObject): PodTrouble[] {
  const status = statusOf(pod);
  const lists = [status.initContainerStatuses, status.containerStatuses];
  const containers = lists.flatMap((list) => (Array.isArray(list) ? (list as ContainerState[]) : []));
  const scheduled = conditionOf(pod, "PodScheduled");
  const unplaced =
    scheduled?.status === "False"
      ? [{ word: scheduled.reason ?? "Unschedulable", text: `it has no node: ${scheduled.message ?? ""}` }]
      : [];
  return [...unplaced, ...containers.flatMap(containerTrouble)];
}

function containerTrouble({ name = "", state, lastState }: ContainerState): PodTrouble[] {
  const { waiting, terminated } = state ?? {};
  const last = lastState?.terminated;
  if (waiting !== undefined && !ORDINARY.has(waiting.reason ?? "")) {
    const word = waiting.reason ?? "";
    const before = last === undefined ? "" : `; before, it ended with ${endText(last)}`;
    return [{ word, text: `container "${name}": ${word}${inBrackets(waiting.message)}${before}` }];
  }
  if (terminated !== undefined && (terminated.exitCode ?? 0) !== 0) {
    return [
      {
        word: terminated.reason ?? `exit code ${terminated.exitCode ?? 0}`,
        text: `container "${name}" ended with ${endText(terminated)}`,
      },
    ];
  }
  return [];
}

function endText({ exitCode = 0, reason, message }: Termination): string {
  const why = [reason === "Error" ? undefined : reason, message?.trim()].filter((one) => one).join(": ");
  return `exit code ${exitCode}${inBrackets(why)}`;
}

function inBrackets(text: string | undefined): string {
  return text === undefined || text === "" ? "" : ` (${text})`;
}
