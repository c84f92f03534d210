import { readFileSync } from "node:fs";
import { descendantsOf } from "./signals.ts";

/** How often a container's memory is looked at, in milliseconds. What grows faster may pass its limit until then. */
const LOOK_MS = 250;

/**
 * Calls `exceeded` once the processes under `pid` hold more than `bytes` of memory of their own. Control groups would
 * need rights that a user does not have. The function returned ends the watch.
 */
export function watchMemory(pid: number, bytes: number, exceeded: () => void): () => void {
  const timer = setInterval(() => {
    const held = [pid, ...descendantsOf(pid)].reduce((sum, one) => sum + memoryOf(one), 0);
    if (held <= bytes) return;
    clearInterval(timer);
    exceeded();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** What a process holds beside the files that it maps, in bytes; 0 once it is gone. */
function memoryOf(pid: number): number {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
