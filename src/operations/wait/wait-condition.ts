/**
 * What can be waited for, as plain values that compose: `all(exists, ready)`, `any(complete, condition("Failed"))`.
 * They hold no code, so that having them in scope costs nothing; `judge.ts` says what they mean.
 */

/** Done when it returns true; it sees every state from the present on, undefined where the object is absent. */
export type WaitPredicate<T> = (object: T | undefined) => boolean;

/** kubectl's texts for `--for` and the short words, for editors to offer; any text may turn out to be one. */
export type WaitText =
  | StateCondition["type"]
  | "create"
  | "delete"
  | `condition=${string}`
  | `jsonpath=${string}`
  | (string & Record<never, never>);

/** What a wait takes: a condition, a function of the object, or kubectl's text (`condition=Ready`, `jsonpath={…}=x`). */
export type WaitFor<T> = WaitText | WaitCondition<T> | WaitPredicate<T>;

/** A condition that needs no more words. */
export interface StateCondition {
  readonly type: "ready" | "available" | "complete" | "deleted" | "exists" | "rollout";
}

/** An entry of `status.conditions`. */
export interface NamedCondition {
  readonly type: "condition";
  readonly name: string;
  readonly value: string;
}

/** A field, in kubectl's JSONPath. */
export interface JsonPathCondition {
  readonly type: "jsonpath";
  readonly expression: string;
  /** Undefined waits until the field is there. */
  readonly value: string | undefined;
}

/** Conditions about others. */
export type WaitCondition<T> =
  | StateCondition
  | NamedCondition
  | JsonPathCondition
  | { readonly type: "all" | "any"; readonly of: readonly WaitFor<T>[] }
  | { readonly type: "not"; readonly of: WaitFor<T> };

/**
 * In working order, as its kind means it: a Deployment, DaemonSet or StatefulSet is rolled out, a ReplicaSet has its
 * replicas, a Job is complete, a CustomResourceDefinition established, a volume claim bound; what has a condition
 * `Ready` (Pods, Nodes, most custom resources) has it True. A built-in kind without such a state is ready as it exists.
 */
export const ready: StateCondition = { type: "ready" };

/** Enough replicas have been ready for long enough; of other kinds the condition `Available`. */
export const available: StateCondition = { type: "available" };

/** A Job has completed, a Pod ended well; of other kinds the condition `Complete`. */
export const complete: StateCondition = { type: "complete" };

/** It is gone, or another has taken its name. */
export const deleted: StateCondition = { type: "deleted" };

/** It is there. `all(exists, …)` waits for an object that is still to be made. */
export const exists: StateCondition = { type: "exists" };

/** A Deployment, DaemonSet or StatefulSet is rolled out. */
export const rollout: StateCondition = { type: "rollout" };

/**
 * An entry of `status.conditions` has a status, compared without case. It does not hold while its
 * `observedGeneration`, or that of the status, is behind the object.
 * @param value default `True`
 */
export function condition(name: string, value: string | boolean = "True"): NamedCondition {
  return { type: "condition", name, value: String(value) };
}

/**
 * A field has a value; with no value, it is there.
 *
 * @example
 * await k8s.services.wait("web", k8s.conditions.jsonpath("{.status.loadBalancer.ingress}"));
 */
export function jsonpath(expression: string, value?: string | number | boolean | undefined): JsonPathCondition {
  return { type: "jsonpath", expression, value: value === undefined ? undefined : String(value) };
}

/** All of them hold at once. Fails as soon as one can no longer come true. */
export function all<T>(...of: readonly WaitFor<T>[]): WaitCondition<T> {
  return { type: "all", of };
}

/** One of them holds. Fails when none can come true any more. */
export function any<T>(...of: readonly WaitFor<T>[]): WaitCondition<T> {
  return { type: "any", of };
}

/** It does not hold, or can no longer come true. Unlike `deleted`, an object that is absent fails it. */
export function not<T>(of: WaitFor<T>): WaitCondition<T> {
  return { type: "not", of };
}

/** All of them under one name: `k8s.conditions`. */
export interface WaitConditions {
  readonly ready: StateCondition;
  readonly available: StateCondition;
  readonly complete: StateCondition;
  readonly deleted: StateCondition;
  readonly exists: StateCondition;
  readonly rollout: StateCondition;
  readonly condition: typeof condition;
  readonly jsonpath: typeof jsonpath;
  readonly all: typeof all;
  readonly any: typeof any;
  readonly not: typeof not;
}

export const waitConditions: WaitConditions = {
  ...{ ready, available, complete, deleted, exists, rollout },
  ...{ condition, jsonpath, all, any, not },
};
