import { removeSchedule } from "../../schedule/remove-schedule.ts";
import { reportRow, type ScheduleVerb, scheduleName, withSchedules } from "./verb.ts";

/** `schedule remove NAME`: everything that `schedule FILE --name NAME` made. */
export const remove: ScheduleVerb = async (invocation) => {
  const name = scheduleName(invocation, "remove");
  const dryRun = invocation.values["dry-run"] === true;
  return withSchedules(invocation, async ({ resources, namespace, signal }) => {
    const removed = await removeSchedule(resources, namespace, name, { signal, dryRun });
    return removed.map((object) => reportRow(dryRun ? "removed (dry run)" : "removed", object));
  });
};
