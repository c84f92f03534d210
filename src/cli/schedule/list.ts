import { UsageError } from "../../errors.ts";
import { listSchedules } from "../../schedule/find-schedule.ts";
import { type ScheduleVerb, withSchedules } from "./verb.ts";

/** `schedule list [-A]` */
export const list: ScheduleVerb = async (invocation) => {
  if (invocation.positionals.length > 0) throw new UsageError("USAGE", "Cannot list: it takes no names");
  return withSchedules(invocation, async ({ resources, namespace, signal }) => {
    const all = invocation.values["all-namespaces"] === true;
    const found = await listSchedules(resources, all ? "*" : namespace, { signal });
    if (found.length === 0) {
      invocation.terminal.stderr.write(`No schedules ${all ? "in any namespace" : `in namespace ${namespace}`}.\n`);
    }
    return found;
  });
};
