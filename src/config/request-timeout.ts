import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../errors.ts";

/**
 * Milliseconds of `--request-timeout`: a duration such as `1m30s`, or bare seconds. Undefined, an empty text and
 * zero mean no limit. Throws UsageError.
 */
export function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : durationMs(text);
  if (ms === undefined || ms < 0) {
    throw new UsageError("USAGE", `Cannot use --request-timeout ${JSON.stringify(text)}: it is no duration`, {
      hint: "Write it as 30s, 1m30s or a number of seconds; 0 means no limit.",
    });
  }
  return ms === 0 ? undefined : ms;
}

function durationMs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}
