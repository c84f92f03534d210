import { suspendSchedule } from "../../schedule/schedule-jobs.ts";
import { reportRow, type ScheduleVerb, scheduleName, withSchedules } from "./verb.ts";

function verb(word: "suspend" | "resume"): ScheduleVerb {
  return async (invocation) => {
    const name = scheduleName(invocation, word);
    return withSchedules(invocation, async ({ resources, namespace, signal }) => {
      const cronJob = await suspendSchedule(resources, namespace, name, word === "suspend", { signal });
      return [reportRow(word === "suspend" ? "suspended" : "resumed", cronJob)];
    });
  };
}

/** `schedule suspend NAME`: no more turns; a run under way goes on. */
export const suspend: ScheduleVerb = verb("suspend");

/** `schedule resume NAME` */
export const resume: ScheduleVerb = verb("resume");
