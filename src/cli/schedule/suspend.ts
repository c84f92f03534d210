import { suspendSchedule } from "../../schedule/schedule-jobs.ts";
import { objectRow, type ScheduleVerb, scheduleName, withSchedules } from "./verb.ts";

function verb(word: "suspend" | "resume"): ScheduleVerb {
  return async (invocation) => {
    const name = scheduleName(invocation, word);
    return withSchedules(invocation, async ({ resources, namespace, signal }) => {
      const cronJob = await suspendSchedule(resources, namespace, name, word === "suspend", { signal });
      return [{ action: word === "suspend" ? "suspended" : "resumed", ...objectRow(cronJob) }];
    });
  };
}

/** `schedule suspend NAME`: no more turns; a run under way goes on. */
export const suspend: ScheduleVerb = verb("suspend");

/** `schedule resume NAME` */
export const resume: ScheduleVerb = verb("resume");
