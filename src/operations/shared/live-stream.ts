/**
 * What comes bit by bit, to loop over. Leaving the loop, or `return()` at any moment, also while `next()` waits, ends the
 * work behind it.
 */
export class LiveStream<T> implements AsyncGenerator<T, void, undefined> {
  readonly #batches: AsyncGenerator<readonly T[], void, undefined>;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  /** What came together last, and how much of it was given. */
  #batch: readonly T[] = [];
  #given = 0;
  /** The calls of `next()` that wait, each for the one before it. */
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param batches are asked for with a signal, which `return()` aborts and which they must heed; what comes together is
   *   given without a wait for each
   */
  constructor(
    batches: (signal: AbortSignal) => AsyncGenerator<readonly T[], void, undefined>,
    signal: AbortSignal | undefined,
  ) {
    const { signal: closing } = this.#closing;
    this.#signal = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    this.#batches = batches(this.#signal);
  }

  next(): Promise<IteratorResult<T, void>> {
    const ready = this.#waiting === 0 ? this.#take() : undefined;
    if (ready !== undefined) return Promise.resolve(ready);
    const work = this.#waiting === 0 ? this.#fetch() : this.#last.then(() => this.#fetch());
    this.#waiting += 1;
    const turn = work.finally(() => {
      this.#waiting -= 1;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#closing.abort();
    this.#batch = [];
    try {
      await this.#batches.return();
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

  /** What is there by now, or comes next, together; undefined at the end. Not while `next()` waits. */
  protected async nextBatch(): Promise<readonly T[] | undefined> {
    const { done, value } = await this.next();
    if (done === true) return undefined;
    const rest = this.#batch.slice(this.#given);
    this.#given = this.#batch.length;
    return [value, ...rest];
  }

  /** The next of what is there; undefined where something has to be waited for, be it the end by the signal. */
  #take(): IteratorYieldResult<T> | undefined {
    if (this.#given >= this.#batch.length || this.#signal.aborted) return undefined;
    const value = this.#batch[this.#given] as T;
    this.#given += 1;
    return { done: false, value };
  }

  async #fetch(): Promise<IteratorResult<T, void>> {
    try {
      for (;;) {
        const ready = this.#take();
        if (ready !== undefined) return ready;
        const { done, value } = await this.#batches.next();
        if (done === true) return { done, value: undefined };
        this.#batch = value;
        this.#given = 0;
      }
    } catch (error) {
      if (this.#closing.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
  }
}
