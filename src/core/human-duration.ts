const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * An age as kubectl's AGE column shows it, in two units at most: `45s`, `3m20s`, `5h`, `2d3h`, `1y20d`. A clock that
 * is a little behind gives `0s`, one far behind `<invalid>`.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / SECOND);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (ms < 2 * MINUTE) return `${seconds}s`;
  if (ms < 10 * MINUTE) return two(ms, MINUTE, "m", SECOND, "s");
  if (ms < 3 * HOUR) return one(ms, MINUTE, "m");
  if (ms < 8 * HOUR) return two(ms, HOUR, "h", MINUTE, "m");
  if (ms < 2 * DAY) return one(ms, HOUR, "h");
  if (ms < 8 * DAY) return two(ms, DAY, "d", HOUR, "h");
  if (ms < 2 * YEAR) return one(ms, DAY, "d");
  return ms < 8 * YEAR ? two(ms, YEAR, "y", DAY, "d") : one(ms, YEAR, "y");
}

function one(ms: number, unit: number, sign: string): string {
  return `${Math.floor(ms / unit)}${sign}`;
}

function two(ms: number, unit: number, sign: string, small: number, smallSign: string): string {
  const rest = Math.floor((ms % unit) / small);
  return rest === 0 ? one(ms, unit, sign) : `${one(ms, unit, sign)}${rest}${smallSign}`;
}
