import { parseDuration } from "../../core/duration.ts";
import { UsageError } from "../../errors.ts";
import type { CallScope } from "../../resources/options.ts";

/** One line of a container's log. */
export interface LogLine {
  /** Only where all namespaces are read. */
  readonly namespace?: string;
  readonly pod: string;
  readonly container: string;
  /** Without its newline; with the time in front when `timestamps` were asked for. */
  readonly line: string;
  /** When the container wrote it, RFC 3339 with nanoseconds; only with `timestamps`, or where lines are sorted by time. */
  readonly time?: string;
  /** The line was longer than `maxLineBytes`: the next entry of the same container goes on with it. */
  readonly partial?: true;
}

/** What of the logs, as kubectl's flags of the same names. */
export interface LogOptions extends CallScope {
  /**
   * Which container; a regular expression takes all that match, init and ephemeral ones included. May be left out where
   * a pod has one, or names a default in the annotation `kubectl.kubernetes.io/default-container`.
   */
  readonly container?: string | RegExp | undefined;
  /** Every container of each pod: init, ordinary and ephemeral ones. Default false. */
  readonly allContainers?: boolean | undefined;
  /**
   * Goes on: over restarts of the container, and with a selector or an owner over pods that come later. Named pods end
   * it when their containers have ended for good, a Job when it has finished. Default false.
   */
  readonly follow?: boolean | undefined;
  /** Only so many lines from the end, of each container; -1 for all. Default: 10 with a selector, else all that is kept. */
  readonly tailLines?: number | undefined;
  /** Only lines younger than a duration: `"90s"`, `"5m"`, `"1h30m"`. */
  readonly since?: string | undefined;
  readonly sinceSeconds?: number | undefined;
  /** Only lines since then: RFC 3339, or a Date. The server reads it to the second. */
  readonly sinceTime?: string | Date | undefined;
  /** Bytes of each container's log at most. Default no limit. */
  readonly limitBytes?: number | undefined;
  /** Puts the time in front of each line. Default false. */
  readonly timestamps?: boolean | undefined;
  /** The log of the container's run before this one. Default false. */
  readonly previous?: boolean | undefined;
  /** Without `follow`: one container after the other (`pod`), or the lines of all in order of time. Default `pod`. */
  readonly sort?: "pod" | "time" | undefined;
  /** Whether pod and container are printed in front of each line. Default: where there may be several. */
  readonly prefix?: boolean | undefined;
  /**
   * Logs that are read at once. Without `follow` the others wait for their turn: default 8. Followed or sorted by time, all
   * are open together, and more than this is refused: default 200.
   */
  readonly maxConcurrentStreams?: number | undefined;
  /** A longer line comes in several parts, each but the last marked `partial`. Default 1 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** A followed log that was silent for so long is asked for anew, in case its connection is dead. Default 300 000. */
  readonly idleTimeoutMs?: number | undefined;
  /** Told when a followed log cannot be read and is tried again. */
  readonly onRetry?: ((problem: LogProblem) => void) | undefined;
}

/** Why a followed log is being tried again. */
export interface LogProblem {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly error: unknown;
}

/** Where a log is to begin, in the server's words. */
export interface LogStart {
  readonly tailLines?: number | undefined;
  readonly sinceSeconds?: number | undefined;
  readonly sinceTime?: string | undefined;
}

/** Lines of each container's log with a selector: kubectl's own. */
const SELECTOR_TAIL = 10;

/** kubectl's flags that have another name here, the API's own; without a word they would be left out of account. */
const MISSPELLED: Readonly<Record<string, string>> = {
  tail: "tailLines",
  containers: "allContainers",
  maxLogRequests: "maxConcurrentStreams",
};

/** Whether each line is given with its time. */
export function showsTime({ timestamps, sort }: LogOptions): boolean {
  return timestamps === true || sort === "time";
}

/** Where the logs begin. Throws UsageError for what makes no sense, before anything is asked for. */
export function logStart(options: LogOptions, bySelector: boolean): LogStart {
  const { tailLines, since, sinceSeconds, limitBytes, maxLineBytes, maxConcurrentStreams } = options;
  const sinceTime = timeText(options.sinceTime);
  const refuse = (what: string, hint: string): never => {
    throw new UsageError("INVALID_INPUT", `Cannot read logs: ${what}`, { hint });
  };
  for (const [flag, option] of Object.entries(MISSPELLED)) {
    if (flag in options) refuse(`there is no option "${flag}"`, `The option is "${option}".`);
  }
  const given = Object.entries({ since, sinceSeconds, sinceTime }).filter(([, value]) => value !== undefined);
  if (given.length > 1) refuse(`${given.map(([name]) => name).join(" and ")} are both given`, "Give one of them.");
  if (tailLines !== undefined && (!Number.isInteger(tailLines) || tailLines < -1)) {
    refuse(`tailLines is ${tailLines}`, "It takes a whole number of lines, or -1 for all.");
  }
  for (const [name, value] of Object.entries({ limitBytes, maxLineBytes, maxConcurrentStreams })) {
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      refuse(`${name} is ${value}`, "It takes a whole number from 1.");
    }
  }
  if (options.allContainers === true && options.container !== undefined) {
    refuse("container and allContainers are both given", "Give one of them.");
  }
  if (options.follow === true && options.sort === "time") {
    refuse("follow and sort are both given", "Followed lines come as they are written.");
  }
  if (sinceTime !== undefined && (!RFC_3339.test(sinceTime) || Number.isNaN(Date.parse(sinceTime)))) {
    refuse(
      `sinceTime is ${JSON.stringify(sinceTime)}`,
      'It takes a Date, or a time as RFC 3339 writes it: "2026-11-21T10:00:00Z".',
    );
  }
  const seconds = since === undefined ? sinceSeconds : Math.max(1, Math.round(parseDuration(since) / 1000));
  if ((since !== undefined && parseDuration(since) <= 0) || (seconds !== undefined && !(seconds > 0))) {
    refuse(`since is ${since ?? sinceSeconds}`, 'It takes a time above zero: { since: "5m" }.');
  }
  const tail = tailLines ?? (bySelector ? SELECTOR_TAIL : -1);
  return {
    ...(tail < 0 ? {} : { tailLines: tail }),
    ...(seconds === undefined ? {} : { sinceSeconds: Math.ceil(seconds) }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  };
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function timeText(time: string | Date | undefined): string | undefined {
  if (!(time instanceof Date)) return time;
  return Number.isNaN(time.getTime()) ? String(time) : time.toISOString();
}
