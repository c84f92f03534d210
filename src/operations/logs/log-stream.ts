import type { LogLine } from "./log-options.ts";

/**
 * The lines of logs, to loop over. Leaving the loop, or `return()` at any moment, closes every connection; the server sends
 * no faster than the loop reads.
 */
export class LogStream implements AsyncGenerator<LogLine, void, undefined> {
  readonly #lines: AsyncGenerator<LogLine, void, undefined>;
  readonly #closing: AbortController;

  readonly #prefixed: () => boolean;

  /**
   * @param lines are asked for with a signal, which `return()` aborts
   * @param prefixed is asked when a line is there
   */
  constructor(
    lines: (signal: AbortSignal) => AsyncGenerator<LogLine, void, undefined>,
    signal: AbortSignal | undefined,
    prefixed: () => boolean,
  ) {
    this.#closing = new AbortController();
    this.#prefixed = prefixed;
    this.#lines = lines(signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]));
  }

  /** Whether each line is printed with its pod and container in front; known with the first line. */
  get prefixed(): boolean {
    return this.#prefixed();
  }

  async next(): Promise<IteratorResult<LogLine, void>> {
    try {
      return await this.#lines.next();
    } catch (error) {
      if (this.#closing.signal.aborted) return { done: true, value: undefined };
      throw error;
    }
  }

  async return(): Promise<IteratorResult<LogLine, void>> {
    this.#closing.abort();
    try {
      await this.#lines.return();
    } catch {
      // What was being read when it was closed.
    }
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<LogLine, void>> {
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
