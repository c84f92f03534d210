import type { KubernetesObject } from "../../core/object.ts";

/** What a check says of the present state. */
export type WaitVerdict =
  | { readonly type: "done" }
  /** Not yet. `unsure`: the state is not up to date, so that its negation does not hold either. */
  | { readonly type: "pending"; readonly progress?: string; readonly unsure?: boolean }
  /** It can no longer come true. */
  | { readonly type: "failed"; readonly reason: string };

/** @param first the object as it was first seen, whose uid tells a successor of the same name apart */
export type WaitCheck = (object: KubernetesObject | undefined, first: KubernetesObject | undefined) => WaitVerdict;

export const DONE: WaitVerdict = { type: "done" };

export function pending(progress: string): WaitVerdict {
  return { type: "pending", progress };
}

export const BEHIND: WaitVerdict = {
  type: "pending",
  progress: "its controller has not seen the latest change yet",
  unsure: true,
};
