const NEWLINE = 10;

/**
 * Splits a stream of bytes at newlines and parses each line as JSON; yields the values that one chunk completed, in
 * order. Empty lines are skipped. A line that does not parse, and a last line without its newline, throw a
 * SyntaxError after what came before them was yielded: a stream that was cut must not pass for one that ended.
 */
export async function* jsonLineBatches<T>(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<T[], void, undefined> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const batch: T[] = [];
    let broken: unknown;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const tail = bytes.subarray(start, end);
      const line = parts.length === 0 ? tail : Buffer.concat([...parts, tail]);
      parts = [];
      start = end + 1;
      if (line.length === 0) continue;
      try {
        batch.push(JSON.parse(line.toString("utf8")) as T);
      } catch (error) {
        broken = error;
        break;
      }
    }
    if (batch.length > 0) yield batch;
    if (broken !== undefined) throw broken;
    // A copy: the transport may use its memory again before the rest of the line arrives.
    if (start < bytes.length) parts.push(Buffer.from(bytes.subarray(start)));
  }
  const rest = Buffer.concat(parts).toString("utf8");
  if (rest.trim() !== "") throw new SyntaxError(`The stream ended within a line: ${rest.slice(0, 80)}`);
}
