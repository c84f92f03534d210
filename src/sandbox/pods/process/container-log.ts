/** One line as a container printed it, with its line end where there was one. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: Buffer;
}

/** A log keeps so many bytes, the last: as a kubelet that rotates files of this size. */
const MAX_BYTES = 10 * 1024 * 1024;
/** A line that does not end is cut here. */
const MAX_LINE_BYTES = 16 * 1024;

/** What one run of a container has printed: lines for its log, and the bytes as they come for those attached to it. */
export class ContainerLog {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #lines: LogLine[] = [];
  #bytes = 0;
  #dropped = 0;
  #ended = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many lines there have been: the number that the next one gets. */
  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The lines from number `from` on that are still kept. */
  linesFrom(from: number): readonly LogLine[] {
    return this.#lines.slice(Math.max(0, from - this.#dropped));
  }

  /** Something that takes one output of the container and writes it here, line by line. */
  writer(): { write(chunk: Buffer): void; end(): void } {
    let rest: Buffer = Buffer.alloc(0);
    return {
      write: (chunk) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        for (;;) {
          const newline = rest.indexOf(10);
          const length = newline < 0 ? (rest.length > MAX_LINE_BYTES ? MAX_LINE_BYTES : 0) : newline + 1;
          if (length === 0) break;
          this.#add(Buffer.from(rest.subarray(0, length)));
          rest = rest.subarray(length);
        }
        this.#tell();
      },
      end: () => {
        if (rest.length > 0) this.#add(Buffer.from(rest));
        rest = Buffer.alloc(0);
        this.#tell();
      },
    };
  }

  /** Nothing more will come. */
  close(): void {
    this.#ended = true;
    this.#tell();
  }

  /** Resolves at the next line, the end, or the signal. */
  changed(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      this.#listeners.add(done);
      signal?.addEventListener("abort", done);
    });
  }

  #add(text: Buffer): void {
    this.#lines.push({ at: this.#now(), text });
    this.#bytes += text.length;
    if (this.#bytes <= MAX_BYTES) return;
    // Half of it goes at once, so that a long log is not shifted at every line.
    let kept = this.#lines.length;
    let bytes = 0;
    while (kept > 0 && bytes < MAX_BYTES / 2) bytes += this.#lines[--kept]?.text.length ?? 0;
    this.#dropped += kept;
    this.#lines = this.#lines.slice(kept);
    this.#bytes = bytes;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
