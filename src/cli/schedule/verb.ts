import type { UnknownObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { Cluster } from "../../runtime/cluster.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { Resources } from "../../schedule/resources.ts";
import type { Invocation } from "../command.ts";
import { listenForInterruption } from "../interruption.ts";
import { printResult, resultFormat } from "../print-result.ts";
import { openSession } from "../session.ts";

/** One verb of `kubescript schedule`; its positionals are those behind the verb. Resolves to the exit code. */
export type ScheduleVerb = (invocation: Invocation) => Promise<number>;

/** What a verb works with. */
export interface ScheduleVerbContext {
  readonly k8s: Cluster;
  readonly resources: Resources;
  /** The session's namespace. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Runs a verb's work in a session, prints what it gives, and ends by Ctrl-C. */
export async function withSchedules(
  invocation: Invocation,
  work: (context: ScheduleVerbContext) => Promise<unknown>,
): Promise<number> {
  const { values, terminal } = invocation;
  const how = resultFormat(values, terminal);
  const session = await openSession(values, terminal);
  const interruption = listenForInterruption({ terminal });
  try {
    const { k8s } = session;
    const result = await work({
      k8s,
      resources: resourcesOf(k8s),
      namespace: k8s.namespace,
      signal: interruption.signal,
    });
    await printResult(result, how, terminal);
    return EXIT.done;
  } catch (error) {
    const code = interruption.exitCode();
    if (code === undefined) throw error;
    return code;
  } finally {
    interruption.done();
    await session.close();
  }
}

/** Clients by name, in a namespace or in the session's. */
export function resourcesOf(k8s: Cluster): Resources {
  return (name, namespace) => {
    const client = k8s.resource(name);
    return namespace === undefined ? client : client.in(namespace);
  };
}

/** The one NAME that a verb takes. Throws UsageError. */
export function scheduleName({ positionals }: Invocation, verb: string): string {
  const [name, extra] = positionals;
  if (name === undefined || extra !== undefined) {
    throw new UsageError("USAGE", `Cannot ${verb}: it takes the name of one schedule`, {
      hint: "kubescript schedule list shows the names.",
    });
  }
  return name;
}

/** A line of a report: what happened to which object, which `-o name` names. */
export function reportRow(action: string, object: UnknownObject): Record<string, string> {
  const { kind = "", metadata } = object;
  const row = { action, kind, namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" };
  // Not enumerable, so that the report prints as a table.
  return Object.defineProperty(row, "object", { value: object });
}
