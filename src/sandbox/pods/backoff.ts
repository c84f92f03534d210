/** Crash and image back-off of the kubelet: 10 s, doubled up to 5 min, forgotten after 10 min of running. */
const FIRST_MS = 10_000;
const MOST_MS = 300_000;
const FORGIVEN_MS = 600_000;

/** The wait after so many failures in a row; the first is 1. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), MOST_MS);
}

export function isForgiven(ranMs: number): boolean {
  return ranMs >= FORGIVEN_MS;
}

/** As Go prints a duration: `300ms`, `1.5s`, `1m20s`, `5m0s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
