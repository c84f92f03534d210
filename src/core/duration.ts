import { UsageError } from "../errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};
const AMOUNT = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|[wdhms])/g;

/**
 * Milliseconds of a duration as Go writes it, `1h30m`, `90s`, `1.5ms`, `250us`, and, beyond that, `2d` and `1w`.
 * A bare `0` is zero. Throws UsageError for anything else.
 */
export function parseDuration(text: string): number {
  const [, sign = "", amounts = ""] = /^([-+]?)(.*)$/s.exec(text.trim()) ?? [];
  if (amounts === "0") return 0;
  if (amounts === "" || amounts.replace(AMOUNT, "") !== "") {
    throw new UsageError("INVALID_INPUT", `Cannot read "${text}" as a duration`, {
      hint: "Write numbers with units: 30s, 5m, 1h30m, 2d, 1w.",
    });
  }
  let total = 0;
  for (const [, amount, unit] of amounts.matchAll(AMOUNT)) total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return sign === "-" ? -total : total;
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
