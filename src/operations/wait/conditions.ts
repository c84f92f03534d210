import type { KubernetesObject } from "../../core/object.ts";
import { record } from "../../core/record.ts";

/** One entry of `status.conditions`, as nearly every kind has them. */
export interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** An object's status as a record; empty when it has none. */
export function statusOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  return record((object as { status?: unknown }).status);
}

/** An object's spec as a record; empty when it has none. */
export function specOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  return record((object as { spec?: unknown }).spec);
}

export function conditionsOf(object: KubernetesObject): readonly Condition[] {
  const { conditions } = statusOf(object);
  return Array.isArray(conditions) ? (conditions as Condition[]) : [];
}

/** A condition by its type in any case. */
export function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  return conditionsOf(object).find((one) => one.type?.toLowerCase() === type.toLowerCase());
}
