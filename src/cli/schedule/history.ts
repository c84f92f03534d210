import { scheduleHistory } from "../../schedule/schedule-jobs.ts";
import { type ScheduleVerb, scheduleName, withSchedules } from "./verb.ts";

/** `schedule history NAME`: the runs that are still kept, the newest first. */
export const history: ScheduleVerb = async (invocation) => {
  const name = scheduleName(invocation, "show the history");
  return withSchedules(invocation, ({ resources, namespace, signal }) =>
    scheduleHistory(resources, namespace, name, { signal }),
  );
};
