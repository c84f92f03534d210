import { abortError } from "../../core/abort.ts";
import type { Timing } from "../../resources/timing.ts";
import type { Pod } from "../../types/core-v1.ts";

/** A pod as a watch shows it. */
export class PodView {
  #pod: Pod;
  #gone = false;
  readonly #waiting = new Set<() => void>();

  constructor(pod: Pod) {
    this.#pod = pod;
  }

  /** Its last state. */
  get pod(): Pod {
    return this.#pod;
  }

  /** Whether it has been deleted. */
  get gone(): boolean {
    return this.#gone;
  }

  update(pod: Pod): void {
    this.#pod = pod;
    this.#tell();
  }

  remove(): void {
    this.#gone = true;
    this.#tell();
  }

  /** Resolves at the next change, or when the time is up. Rejects with the signal. */
  changed(signal: AbortSignal, within?: { readonly timing: Timing; readonly ms: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(change);
        timer?.cancel();
        signal.removeEventListener("abort", interrupt);
      };
      const change = (): void => {
        end();
        resolve();
      };
      const interrupt = (): void => {
        end();
        reject(abortError(signal));
      };
      const timer = within?.timing.after(within.ms, change);
      this.#waiting.add(change);
      if (signal.aborted) interrupt();
      else signal.addEventListener("abort", interrupt, { once: true });
    });
  }

  #tell(): void {
    for (const change of [...this.#waiting]) change();
  }
}
