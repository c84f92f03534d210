import type { UnknownObject } from "../../core/object.ts";
import type { LogLine } from "../../operations/logs/log-options.ts";
import { logs as logLines } from "../../operations/logs/logs.ts";
import type { ResourceClient } from "../../resources/client.ts";
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
    const lines =
      invocation.values.follow === true
        ? logLines(resources("jobs.v1.batch", namespace), job, { follow: true, container: CONTAINER, signal })
        : inOrder(resources("pods", namespace), pods, signal);
    terminal.stderr.write(`${job}: ${pods.length === 0 ? "no pods yet" : pods.join(", ")}\n`);
    for await (const together of lines) await write(terminal.stdout, together.map(({ line }) => `${line}\n`).join(""));
  });
};

const CONTAINER = "script";

/** The logs of one pod after the other. */
async function* inOrder(
  pods: ResourceClient<UnknownObject>,
  names: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<LogLine[], void, undefined> {
  for (const name of names) yield* logLines(pods, name, { container: CONTAINER, signal });
}
