import { UsageError } from "../errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001 };

/**
 * Milliseconds of `--request-timeout`: a duration such as `1m30s`, or bare seconds. Undefined, an empty text and
 * zero mean no limit. Throws UsageError.
 */
export function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : durationMs(text);
  if (ms === undefined) {
    throw new UsageError("USAGE", `Cannot use --request-timeout ${JSON.stringify(text)}: it is no duration`, {
      hint: "Write it as 30s, 1m30s or a number of seconds; 0 means no limit.",
    });
  }
  return ms === 0 ? undefined : ms;
}

function durationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d*)?(h|ms|us|µs|m|s))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(h|ms|us|µs|m|s)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  }
  return total;
}
