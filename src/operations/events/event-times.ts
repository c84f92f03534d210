import { humanDuration } from "../../core/human-duration.ts";
import type { Event } from "../../types/core-v1.ts";

/**
 * When an event was seen last, in milliseconds since the epoch: an event that recurs says so in its series or, from older
 * sources, in lastTimestamp; one that does not has only eventTime. Without any it is as old as its object.
 */
export function lastSeen({ series, lastTimestamp, eventTime, metadata }: Event): number {
  return (
    time(series?.lastObservedTime) ?? time(lastTimestamp) ?? time(eventTime) ?? time(metadata.creationTimestamp) ?? 0
  );
}

/** What kubectl shows under LAST SEEN: `5m`, or of one that recurs `5m (x3 over 12m)`. */
export function lastSeenText(event: Event, now: number): string {
  const { series, count = 0, eventTime, firstTimestamp, lastTimestamp } = event;
  const first = age(time(eventTime) ?? time(firstTimestamp), now);
  if (series !== undefined && series !== null) {
    return `${age(time(series.lastObservedTime), now)} (x${series.count ?? 0} over ${first})`;
  }
  return count > 1 ? `${age(time(lastTimestamp), now)} (x${count} over ${first})` : first;
}

/** Oldest first. */
export function byLastSeen(a: Event, b: Event): number {
  return lastSeen(a) - lastSeen(b);
}

function age(at: number | undefined, now: number): string {
  return at === undefined ? "<unknown>" : humanDuration(now - at);
}

/** The API says null for a time that is not set. */
function time(text: string | null | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
