import { UsageError } from "../../errors.ts";
import { listed } from "../shared/retold.ts";
import type { ClassifiedPod, DrainConsent, DrainPlanPod } from "./drain-plan.ts";

/** In the order in which they are offered. */
const CONSENTS: readonly DrainConsent[] = ["ignoreDaemonSets", "deleteEmptyDirData", "force"];

/**
 * Throws UsageError while a pod stands in the way: it names each, and the options that let them go.
 * @param state what has been done so far
 */
export function refuseObstacles(plan: readonly ClassifiedPod[], nodes: readonly string[], state: string): void {
  const obstacles = plan.filter(({ entry }) => entry.action === "error");
  if (obstacles.length === 0) return;
  const list = obstacles.map(({ entry }) => `\n  ${keyOf(entry)}: ${entry.reason}`).join("");
  const count = obstacles.length === 1 ? "a pod stands" : `${obstacles.length} pods stand`;
  const lacking = CONSENTS.filter((one) => obstacles.some(({ lacks }) => lacks.includes(one)));
  throw new UsageError("USAGE", `Cannot drain ${nodesText(nodes)}: ${count} in the way${list}`, {
    hint: `${state}. Where that is meant, say { ${lacking.map((one) => `${one}: true`).join(", ")} }.`,
  });
}

/** `node "a"`, `nodes "a", "b"` */
export function nodesText(names: readonly string[]): string {
  return `${names.length === 1 ? "node" : "nodes"} ${listed(names.map((one) => `"${one}"`))}`;
}

/** `default/web-0` */
export function keyOf({ namespace, pod }: Pick<DrainPlanPod, "namespace" | "pod">): string {
  return `${namespace}/${pod}`;
}
