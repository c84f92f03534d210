import type { JsonObject } from "../../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../../schema/fields.ts";

/** What an autoscaler remembers between its rounds. Times in milliseconds. */
export interface History {
  recommendations: { readonly at: number; readonly replicas: number }[];
  changes: { readonly at: number; readonly by: number }[];
}

type Direction = "scaleUp" | "scaleDown";

const DEFAULT_POLICIES: Readonly<Record<Direction, readonly JsonObject[]>> = {
  scaleUp: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
  scaleDown: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};
const DEFAULT_WINDOW_SECONDS: Readonly<Record<Direction, number>> = { scaleUp: 0, scaleDown: 300 };
/** The longest window and the longest period that a behaviour may have. */
const LONGEST_MS = 3_600_000;

/** The recommendation, held back by others of late: down waits for the window to pass, so that a lull scales nothing. */
export function stabilized(history: History, behavior: JsonObject | undefined, current: number, now: number): number {
  const within = (direction: Direction): number[] => {
    const rules = objectAt(behavior, direction);
    const seconds = numberAt(rules, "stabilizationWindowSeconds") ?? DEFAULT_WINDOW_SECONDS[direction];
    return history.recommendations.filter(({ at }) => at > now - seconds * 1000).map(({ replicas }) => replicas);
  };
  const latest = history.recommendations.at(-1)?.replicas ?? current;
  const lowest = Math.min(latest, ...within("scaleUp"));
  const highest = Math.max(latest, ...within("scaleDown"));
  return Math.min(Math.max(current, lowest), highest);
}

/** How far the policies let the size go at this moment: the fewest and the most pods. */
export function reach(
  history: History,
  behavior: JsonObject | undefined,
  current: number,
  now: number,
): { readonly fewest: number; readonly most: number } {
  const ends = (direction: Direction, sign: 1 | -1): number => {
    const rules = objectAt(behavior, direction);
    const select = stringAt(rules, "selectPolicy");
    if (select === "Disabled") return current;
    const own = objectsAt(rules, "policies");
    const all = (own.length > 0 ? own : DEFAULT_POLICIES[direction]).map((policy) => {
      const period = (numberAt(policy, "periodSeconds") ?? 15) * 1000;
      const start = history.changes.filter(({ at }) => at > now - period).reduce((size, { by }) => size - by, current);
      const value = numberAt(policy, "value") ?? 0;
      return stringAt(policy, "type") === "Pods" ? start + sign * value : Math.ceil(start * (1 + (sign * value) / 100));
    });
    const furthest = (select === "Min") === (sign === -1) ? Math.max(...all) : Math.min(...all);
    return furthest;
  };
  return { fewest: Math.min(current, ends("scaleDown", -1)), most: Math.max(current, ends("scaleUp", 1)) };
}

/** Forgets what no rule can ask for any more. */
export function trim(history: History, now: number): void {
  history.recommendations = history.recommendations.filter(({ at }) => at > now - LONGEST_MS);
  history.changes = history.changes.filter(({ at }) => at > now - LONGEST_MS);
}
