/** setTimeout takes more, some 24.8 days, for no time at all. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `run` once after `ms` unless cancelled; also after a year, and with Infinity never. */
export function afterTime(ms: number, run: () => void): { cancel(): void } {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    timer = setTimeout(() => (left > LONGEST_MS ? arm(left - LONGEST_MS) : run()), Math.min(left, LONGEST_MS));
  };
  arm(ms);
  return { cancel: () => clearTimeout(timer) };
}
