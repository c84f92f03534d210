import { isLost } from "./container-program.ts";
import type { CopySettings } from "./download.ts";

const MAX_WAIT_MS = 30_000;

/**
 * Does again what a broken connection ended, as often as the copy may: at once where bytes went over it, else after a
 * while that grows. `work` is told whether it is done again; `isOver` says where another try could do harm.
 */
export async function persevere<T>(
  { retries, tally, signal, end }: CopySettings,
  work: (again: boolean) => Promise<T>,
  isOver: () => boolean = () => false,
): Promise<T> {
  let fruitless = 0;
  for (let tries = 0; ; tries++) {
    const before = tally.bytes;
    try {
      return await work(tries > 0);
    } catch (error) {
      if (!isLost(error) || isOver() || (retries >= 0 && tries >= retries)) throw error;
    }
    fruitless = tally.bytes > before ? 0 : fruitless + 1;
    await end.pods.timing.sleep(Math.min(MAX_WAIT_MS, fruitless * 1000), signal);
    tally.retries++;
  }
}
