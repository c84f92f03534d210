import { logs as logLines } from "../../operations/logs/logs.ts";
import { newestRunPods } from "../../schedule/schedule-jobs.ts";
import { write } from "../terminal.ts";
import { type ScheduleVerb, scheduleName, withSchedules } from "./verb.ts";

/** `schedule logs NAME [-f]`: what the newest run said, its tries in their order. */
export const logs: ScheduleVerb = async (invocation) => {
  const name = scheduleName(invocation, "show the log");
  const { terminal } = invocation;
  return withSchedules(invocation, async ({ resources, namespace, signal }) => {
    const { job, pods } = await newestRunPods(resources, namespace, name, { signal });
    if (job === undefined) {
      terminal.stderr.write(`${name} has not run yet: kubescript schedule run ${name} -n ${namespace} runs it now.\n`);
      return;
    }
    terminal.stderr.write(`${job}: ${pods.length === 0 ? "no pods yet" : pods.join(", ")}\n`);
    const follow = invocation.values.follow === true;
    for (const pod of pods) {
      if (follow) await resources("pods", namespace).get(pod, { signal });
      for await (const { line } of logLines(resources("pods", namespace), pod, {
        follow,
        container: "script",
        signal,
      })) {
        await write(terminal.stdout, `${line}\n`);
      }
    }
  });
};
