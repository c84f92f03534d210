import type { DrainProgress } from "./drain.ts";

/** Tells of each step how far the drain is by then, on one line. */
export function drainNarrator(): (step: DrainProgress) => string {
  let total = 0;
  let gone = 0;
  const count = (): string => `${gone} of ${total} pods are gone`;
  return (step) => {
    switch (step.type) {
      case "planned":
        total = step.pods.filter(({ action }) => action === "evict").length;
        return `${total} pods to evict`;
      case "cordoned":
        return `${step.node} is cordoned`;
      case "evicting":
        return count();
      case "awaiting":
        total += 1;
        return count();
      case "evicted":
        gone += 1;
        return count();
      case "skipped":
        total -= 1;
        return `${count()}; ${step.namespace}/${step.pod} is left: ${step.reason}`;
      case "blocked":
        return `${count()}; ${step.namespace}/${step.pod} is held: ${step.reason}`;
    }
  };
}
