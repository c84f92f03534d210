import { Readable } from "node:stream";
import { LiveStream } from "../shared/live-stream.ts";
import type { LogLine } from "./log-options.ts";
import { LogText, logPrefix } from "./log-text.ts";

/** The lines of logs, to loop over; the server sends no faster than the loop reads. */
export class LogStream extends LiveStream<LogLine> {
  readonly #prefixed: () => boolean;

  /** @param prefixed is asked when a line is there */
  constructor(
    lines: (signal: AbortSignal) => AsyncGenerator<readonly LogLine[], void, undefined>,
    signal: AbortSignal | undefined,
    prefixed: () => boolean,
  ) {
    super(lines, signal);
    this.#prefixed = prefixed;
  }

  /** Whether each line is printed with its pod and container in front; known with the first line. */
  get prefixed(): boolean {
    return this.#prefixed();
  }

  /**
   * The lines as text, in place of looping over them: a stream of Node's for what reads one, be it a program, a file or a
   * response. Every line ends in a newline, and has its pod and container in front where there may be several. Destroying
   * the stream ends the log.
   *
   * @example
   * await $({ input: k8s.pods.logs("web-0").text() })`gzip > web-0.log.gz`;
   */
  text(): Readable {
    return Readable.from(this.#texts(), { objectMode: false });
  }

  async *#texts(): AsyncGenerator<string, void, undefined> {
    const text = new LogText((line) => (this.prefixed ? logPrefix(line) : ""));
    try {
      for (let lines = await this.nextBatch(); lines !== undefined; lines = await this.nextBatch()) {
        yield lines.map((line) => text.of(line)).join("");
      }
    } finally {
      await this.return();
    }
  }
}
