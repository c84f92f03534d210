import { abortError, forMany } from "../core/abort.ts";
import { ConnectionError } from "../errors.ts";
import type { Timing } from "./timing.ts";

/** What a {@link GuardedConnection} stands on. */
export interface GuardedConnectionOptions {
  /** For the error of its silence: `A followed log`. */
  readonly what: string;
  readonly timing: Timing;
  /** The caller's, which ends it. */
  readonly signal: AbortSignal | undefined;
  /** Asked for each wait: how long the server may be silent. Undefined for as long as it likes. */
  readonly limitMs: () => number | undefined;
}

/** Nothing came over a connection for too long: it is taken for dead. */
export class SilenceError extends ConnectionError {
  constructor(what: string, ms: number) {
    super("CONNECTION_LOST", `${what} was silent for ${ms / 1000} s`, { retryable: true });
  }
}

/**
 * One connection that a server tells things over: it ends with its caller's signal, and when the server has been silent for
 * too long while somebody waited; the time that a slow reader takes does not count. To be closed on every way out.
 */
export class GuardedConnection {
  readonly #options: GuardedConnectionOptions;
  readonly #ending = new AbortController();
  readonly #interrupt: () => void;

  constructor(options: GuardedConnectionOptions) {
    this.#options = options;
    const { signal } = options;
    this.#interrupt = () => this.#ending.abort(abortError(signal));
    if (signal?.aborted === true) this.#interrupt();
    else forMany(signal)?.addEventListener("abort", this.#interrupt, { once: true });
  }

  /** Ends the request that it is made by. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Waits for something to come, and ends the connection when nothing does. */
  async unlessSilent<R>(coming: Promise<R>): Promise<R> {
    const { what, timing, limitMs } = this.#options;
    const ms = limitMs();
    if (ms === undefined) return coming;
    const timer = timing.after(ms, () => this.#ending.abort(new SilenceError(what, ms)));
    try {
      return await coming;
    } finally {
      timer.cancel();
    }
  }

  /** What comes, as long as it comes. */
  async *chunks(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const iterator = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.unlessSilent(iterator.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Why work over it failed: the reason for which it was ended, where it was. */
  failure(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error;
  }

  /** Ends what is still asked for, and listens to the caller no more. Idempotent. */
  close(): void {
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
    this.#ending.abort();
  }
}
