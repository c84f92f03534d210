import type { PodLogOptions } from "../logs.ts";
import type { ContainerLog, LogLine } from "./container-log.ts";

const NEWLINE = 10;

/** A log in chunks, cut as the options say; followed, it ends with its container or the signal. */
export async function* readLog(log: ContainerLog, options: PodLogOptions, now: number): AsyncGenerator<Uint8Array> {
  const { tailLines, timestamps = false, follow = false, signal, limitBytes = Number.POSITIVE_INFINITY } = options;
  const { sinceSeconds, sinceTime } = options;
  const since = sinceTime ?? (sinceSeconds === undefined ? Number.NEGATIVE_INFINITY : now - sinceSeconds * 1000);
  let left = limitBytes;
  // A line that was too long stands in several entries; only its beginning is stamped.
  let begins = true;
  let stampedAt: number | undefined;
  let stamp = Buffer.alloc(0);
  const show = (lines: readonly LogLine[]): Buffer => {
    const parts: Buffer[] = [];
    for (const { at, text } of lines) {
      if (timestamps && begins) {
        if (at !== stampedAt) stamp = Buffer.from(`${new Date(at).toISOString().slice(0, 23)}000000Z `);
        stampedAt = at;
        parts.push(stamp);
      }
      begins = text.at(-1) === NEWLINE;
      parts.push(text);
    }
    const all = Buffer.concat(parts);
    const shown = all.length > left ? all.subarray(0, left) : all;
    left -= shown.length;
    return shown;
  };
  let seen = log.end;
  const recent = log.linesFrom(0).filter(({ at }) => at >= since);
  const first = show(tailLines === undefined ? recent : tailLines === 0 ? [] : recent.slice(-tailLines));
  if (first.length > 0) yield first;
  while (follow && left > 0 && signal?.aborted !== true) {
    const next = log.linesFrom(seen);
    seen = log.end;
    if (next.length > 0) yield show(next);
    else if (log.ended) return;
    else await log.changed(signal);
  }
}
