import { KubescriptError } from "../errors.ts";

const NEWLINE = 10;

/** Limits of {@link jsonLineBatches}. */
export interface JsonLinesOptions {
  /** Longest line in bytes; a longer one is an error instead of memory without end. Default 64 MiB. */
  readonly maxLineBytes?: number;
}

/**
 * Splits a stream of bytes at newlines and parses each line as JSON; yields the values that one chunk completed, in
 * order. Empty lines are skipped. A line that does not parse, one that is too long, and a last line without its end
 * throw KubescriptError `MALFORMED_RESPONSE` after what came before them was yielded: a stream that was cut must not
 * pass for one that ended.
 */
export async function* jsonLineBatches<T>(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonLinesOptions = {},
): AsyncGenerator<T[], void, undefined> {
  const maxLineBytes = options.maxLineBytes ?? 64 * 1024 * 1024;
  let parts: Buffer[] = [];
  let partial = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const batch: T[] = [];
    let broken: KubescriptError | undefined;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const tail = bytes.subarray(start, end);
      const line = partial === 0 ? tail : Buffer.concat([...parts, tail]);
      parts = [];
      partial = 0;
      start = end + 1;
      if (line.length === 0 || (line.length === 1 && line[0] === 13)) continue;
      const text = line.toString("utf8");
      try {
        batch.push(JSON.parse(text) as T);
      } catch (cause) {
        broken = malformed(`a line is not JSON: ${shortened(text)}`, cause);
        break;
      }
    }
    if (batch.length > 0) yield batch;
    if (broken !== undefined) throw broken;
    if (start === bytes.length) continue;
    partial += bytes.length - start;
    if (partial > maxLineBytes) throw malformed(`a line is longer than ${maxLineBytes} bytes`);
    // A copy: the transport may use its memory again before the rest of the line arrives.
    parts.push(Buffer.from(bytes.subarray(start)));
  }
  const rest = Buffer.concat(parts).toString("utf8");
  if (rest.trim() !== "") throw malformed(`it ended within a line: ${shortened(rest)}`);
}

/** {@link jsonLineBatches}, value by value. */
export async function* jsonLines<T>(
  chunks: AsyncIterable<Uint8Array>,
  options: JsonLinesOptions = {},
): AsyncGenerator<T, void, undefined> {
  for await (const batch of jsonLineBatches<T>(chunks, options)) yield* batch;
}

function malformed(problem: string, cause?: unknown): KubescriptError {
  return new KubescriptError("MALFORMED_RESPONSE", `Cannot read the stream: ${problem}`, { cause, retryable: true });
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
