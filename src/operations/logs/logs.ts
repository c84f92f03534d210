import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { ReadLine } from "./container-log.ts";
import { followLogs } from "./follow-logs.ts";
import { type LogLine, type LogOptions, logStart } from "./log-options.ts";
import { type LogTarget, logPods } from "./log-pods.ts";
import { readLogs } from "./read-logs.ts";

/**
 * The lines of the logs of pods by name, by selector or by owner; those that come together are given together. Of each
 * container at most a chunk of lines is held, and the server sends no faster than the loop reads. Lost connections are
 * made again; no line is lost or doubled while the node still has it. Throws ApiError, ConnectionError, AbortError,
 * UsageError.
 */
export async function* logs<T extends KubernetesObject>(
  client: ResourceClient<T>,
  target: LogTarget,
  options: LogOptions = {},
  named: boolean = typeof target === "string" || Array.isArray(target),
): AsyncGenerator<LogLine[], void, undefined> {
  const start = logStart(options, !named);
  const selections = await logPods(client, target, options, named);
  const everywhere = selections.some(({ pods }) => pods.scope.type === "everywhere");
  const follows = options.follow === true && options.previous !== true;
  const batches = follows
    ? followLogs(selections, options, start, client.showProgress)
    : readLogs(selections, options, start);
  for await (const batch of batches) yield batch.map((line) => shownLine(line, everywhere));
}

function shownLine({ source, text, time, partial }: ReadLine, everywhere: boolean): LogLine {
  const { namespace, pod, container } = source;
  if (!everywhere && time === undefined && !partial) return { pod, container, line: text };
  return {
    ...(everywhere ? { namespace } : {}),
    ...{ pod, container, line: text },
    ...(time === undefined ? {} : { time }),
    ...(partial ? { partial } : {}),
  };
}

/** Whether lines of more than one container may come. */
export async function mayBeSeveral<T extends KubernetesObject>(
  client: ResourceClient<T>,
  target: LogTarget,
  { container, allContainers }: LogOptions,
): Promise<boolean> {
  if (typeof target !== "string" || target.includes("/") || allContainers === true) return true;
  return container instanceof RegExp || groupResource(await client.resource()) !== "pods";
}
