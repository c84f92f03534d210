import { LiveStream } from "../shared/live-stream.ts";
import type { LogLine } from "./log-options.ts";

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
}
