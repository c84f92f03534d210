import type { Writable } from "node:stream";

/** Written at once at the latest, in characters. */
const LONGEST = 64 * 1024;

/** Writes lines to a stream, those of one turn of the event loop together: a write a line takes longer than reading it. */
export class LineWriter {
  readonly #stream: Writable;
  #text = "";
  #turn: NodeJS.Immediate | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  /** Text that is no whole line, or more than one. */
  write(text: string): void {
    this.#text += text;
    if (this.#text.length >= LONGEST) this.flush();
    else this.#turn ??= setImmediate(() => this.flush());
  }

  /** Writes what is left now. */
  flush(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
    const text = this.#text;
    this.#text = "";
    if (text !== "") this.#stream.write(text);
  }

  /**
   * Resolves when the stream has taken what was written; undefined where it takes more at once. Rejects where it cannot
   * write, save that its reader went away, which is no error: there is no one left to tell.
   */
  drained(): Promise<void> | undefined {
    if (!this.#stream.writableNeedDrain) return undefined;
    return new Promise((resolve, reject) => {
      this.#stream.write("", (error) => {
        if (error == null || (error as NodeJS.ErrnoException).code === "EPIPE") resolve();
        else reject(error);
      });
    });
  }
}
