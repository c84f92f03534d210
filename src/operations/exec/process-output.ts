import { Fifo } from "../../core/fifo.ts";

/** What waits here unread until the connection is paused. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** What a piece takes besides its bytes: a program that prints one by one would else fill the memory with pieces. */
const PIECE_BYTES = 128;

/**
 * One output of a remote process between the connection, which pushes, and the reader, who pulls. Read once; a reader
 * that leaves its loop lets the rest go by unread.
 */
export class ProcessOutput implements AsyncIterable<Uint8Array> {
  readonly #chunks = new Fifo<Uint8Array>();
  #unread = 0;
  #ended = false;
  #error: unknown;
  #discarding = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** Resolves when more may come: at once while less than 1 MiB is unread. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#discarding || this.#ended || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#unread += chunk.length + PIECE_BYTES;
    this.#wake();
    while (this.#unread >= MAX_UNREAD_BYTES) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** Nothing more comes. What is unread can still be read; with an error, that comes after it. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  /** Nothing more is read: what comes is dropped. */
  discard(): void {
    this.#discarding = true;
    this.#chunks.clear();
    this.#taken(this.#unread);
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, undefined> {
    return {
      next: async () => {
        while (true) {
          const value = this.#chunks.shift();
          if (value !== undefined) {
            this.#taken(value.length + PIECE_BYTES);
            return { done: false, value };
          }
          if (this.#ended && this.#error !== undefined) throw this.#error;
          if (this.#ended || this.#discarding) return { done: true, value: undefined };
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      },
      return: async () => {
        this.discard();
        return { done: true, value: undefined };
      },
    };
  }

  #taken(bytes: number): void {
    this.#unread -= bytes;
    if (this.#unread >= MAX_UNREAD_BYTES) return;
    const wake = this.#wakeWriter;
    this.#wakeWriter = undefined;
    wake?.();
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }
}
