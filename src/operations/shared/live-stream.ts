/**
 * What comes bit by bit, to loop over. Leaving the loop, or `return()` at any moment, also while `next()` waits, ends the
 * work behind it.
 */
export class LiveStream<T> implements AsyncGenerator<T, void, undefined> {
  readonly #items: AsyncGenerator<T, void, undefined>;
  readonly #closing: AbortController;

  /** @param items are asked for with a signal, which `return()` aborts and which they must heed */
  constructor(items: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>, signal: AbortSignal | undefined) {
    this.#closing = new AbortController();
    this.#items = items(signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]));
  }

  async next(): Promise<IteratorResult<T, void>> {
    try {
      return await this.#items.next();
    } catch (error) {
      if (this.#closing.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#closing.abort();
    try {
      await this.#items.return();
    } catch {
      // What was waited for when it was closed.
    }
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<T, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
