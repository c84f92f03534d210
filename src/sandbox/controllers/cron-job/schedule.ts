import { Cron } from "croner";

/** The times of one CronJob's schedule. */
export interface Schedule {
  /** The first time after `after`; undefined when there is none any more. */
  next(after: number): number | undefined;
}

/** Throws when the schedule or the time zone cannot be read. `@every` is refused by the API, as upstream's is. */
export function parseSchedule(schedule: string, timeZone: string | undefined): Schedule {
  const zoned = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(schedule.trim());
  const pattern = zoned?.[2] ?? schedule.trim();
  // upstream's parser (robfig/cron) matches a day by date or by weekday where both are given, as croner does
  const cron = new Cron(pattern, { timezone: zoned?.[1] ?? timeZone ?? "UTC", paused: true, mode: "5-part" });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}

export interface DueTime {
  /** The latest time that has passed and is not too late, if any. */
  readonly due: number | undefined;
  /** The latest time that has passed but is beyond the deadline, if any. */
  readonly missed: number | undefined;
  readonly next: number | undefined;
  /** More than a hundred times were missed: a clock that jumped, or a long suspension. */
  readonly many: boolean;
}

/** After so many missed times they are no longer looked at one by one. */
const MANY = 100;

/** Which of the schedule's times since `since` is due at `now`. */
export function dueTime(schedule: Schedule, since: number, now: number, deadlineMs: number | undefined): DueTime {
  const earliest = deadlineMs === undefined ? since : Math.max(since, now - deadlineMs);
  let due: number | undefined;
  let passed = 0;
  let at = schedule.next(earliest);
  for (; at !== undefined && at <= now && passed <= MANY; at = schedule.next(at)) {
    due = at;
    passed++;
  }
  if (passed > MANY && due !== undefined) due = lastBefore(schedule, due, now, (due - earliest) / passed);
  const late = due === undefined && earliest > since ? schedule.next(since) : undefined;
  return {
    due,
    missed: late !== undefined && late <= now ? late : undefined,
    next: schedule.next(now),
    many: passed > MANY,
  };
}

/** The last time not after `now`, looked for in windows before it that grow from the usual interval. */
function lastBefore(schedule: Schedule, known: number, now: number, interval: number): number {
  let last = known;
  for (let window = interval; now - window > known; window *= 2) {
    const first = schedule.next(now - window);
    if (first === undefined || first > now) continue;
    for (let at: number | undefined = first; at !== undefined && at <= now; at = schedule.next(at)) last = at;
    return last;
  }
  for (let at = schedule.next(known); at !== undefined && at <= now; at = schedule.next(at)) last = at;
  return last;
}
