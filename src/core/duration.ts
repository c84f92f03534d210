import { UsageError } from "../errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/**
 * Milliseconds of a duration: `1h30m`, `90s`, `250ms`, and, beyond what Go's own durations have, `2d` and `1w`.
 * A bare `0` is zero. Throws UsageError for anything else.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (trimmed === "0") return 0;
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ms|[wdhms]))+)$/.exec(trimmed);
  if (match === null) {
    throw new UsageError("INVALID_INPUT", `Cannot read "${text}" as a duration`, {
      hint: "Write numbers with units: 30s, 5m, 1h30m, 2d, 1w.",
    });
  }
  let total = 0;
  for (const [, amount, unit] of (match[2] ?? "").matchAll(/(\d+(?:\.\d+)?)(ms|[wdhms])/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return match[1] === "-" ? -total : total;
}

/** A duration in its largest fitting units: `1d2h`, `1m30s`, `250ms`. Milliseconds show only below a second. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return ms === 0 ? "0s" : `${Math.round(ms)}ms`;
  let left = Math.round(ms / 1000) * 1000;
  let text = "";
  for (const unit of ["d", "h", "m", "s"]) {
    const size = UNIT_MS[unit] ?? 1;
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
