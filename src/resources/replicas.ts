import { UsageError } from "../errors.ts";

/** Refuses what is no number of replicas, before anything is asked for. */
export function requireReplicas(name: string, replicas: unknown): asserts replicas is number {
  if (typeof replicas === "number" && Number.isInteger(replicas) && replicas >= 0) return;
  const given = typeof replicas === "number" ? String(replicas) : (JSON.stringify(replicas) ?? typeof replicas);
  throw new UsageError("INVALID_INPUT", `Cannot scale "${name}" to ${given}: it takes a whole number from 0`);
}
