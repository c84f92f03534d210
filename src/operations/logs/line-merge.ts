import { abortError } from "../../core/abort.ts";

interface Offer<T> {
  readonly items: readonly T[];
  readonly taken: () => void;
}

/**
 * Joins many sources into one, each item as it comes. A source is read no further until what it gave has been taken, so
 * that one batch of each is held at most, and a slow reader slows all of them.
 */
export class LineMerge<T> {
  readonly #signal: AbortSignal;
  readonly #offers: Offer<T>[] = [];
  readonly #pumps = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #closed = false;
  #wake: () => void = () => {};

  /** @param signal ends the sources too: they must heed it */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    const interrupt = (): void => {
      for (const { taken } of this.#offers.splice(0)) taken();
      this.#wake();
    };
    signal.addEventListener("abort", interrupt, { once: true });
  }

  /** How many sources have not ended. */
  get size(): number {
    return this.#pumps.size;
  }

  add(source: AsyncIterable<readonly T[]>, ended: () => void = () => {}): void {
    const pump = this.#pump(source).finally(() => {
      this.#pumps.delete(pump);
      ended();
      this.#wake();
    });
    this.#pumps.add(pump);
  }

  /** No more sources come: the merge ends with those that there are. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Ends the merge with an error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  /** Resolves when every source has ended; their failures are told by {@link take} only. */
  async settled(): Promise<void> {
    await Promise.all(this.#pumps);
  }

  /** What the next source has given; undefined at the end. Rejects with a source's failure, or when the signal is aborted. */
  async take(): Promise<readonly T[] | undefined> {
    for (;;) {
      if (this.#signal.aborted) throw abortError(this.#signal);
      if (this.#failure !== undefined) throw this.#failure.error;
      const offer = this.#offers.shift();
      if (offer !== undefined) {
        offer.taken();
        return offer.items;
      }
      if (this.#closed && this.#pumps.size === 0) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #pump(source: AsyncIterable<readonly T[]>): Promise<void> {
    try {
      for await (const items of source) {
        if (this.#signal.aborted) return;
        if (items.length === 0) continue;
        await new Promise<void>((resolve) => {
          this.#offers.push({ items, taken: resolve });
          this.#wake();
        });
      }
    } catch (error) {
      if (!this.#signal.aborted) this.fail(error);
    }
  }
}
