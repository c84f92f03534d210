import { runSchedule } from "../../schedule/schedule-jobs.ts";
import { reportRow, type ScheduleVerb, scheduleName, withSchedules } from "./verb.ts";

/** `schedule run NAME`: one more run, now. */
export const run: ScheduleVerb = async (invocation) => {
  const name = scheduleName(invocation, "run");
  return withSchedules(invocation, async ({ resources, namespace, signal }) => {
    const job = await runSchedule(resources, namespace, name, { signal });
    invocation.terminal.stderr.write(`kubescript schedule logs ${name} -n ${namespace} --follow shows what it says.\n`);
    return [reportRow("created", job)];
  });
};
