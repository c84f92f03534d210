const NEWLINE = 10;

/** A line, or a part of one that is too long to be held whole. */
export interface LinePart {
  /** UTF-8, without the newline. */
  readonly bytes: Buffer;
  /** Whether the line begins here. */
  readonly begins: boolean;
  /** Whether it ends here. */
  readonly ends: boolean;
}

/**
 * Cuts bytes at newlines, and lines at `maxLineBytes`, so that no more than that is ever held. The same line is always cut
 * at the same places, never within a character. What a chunk completes comes together.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #held: Buffer[] = [];
  #length = 0;
  #begins = true;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The parts that a chunk completes. Those may stand on the chunk's memory: use them before the next is read. */
  push(chunk: Uint8Array): LinePart[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const parts: LinePart[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#add(bytes.subarray(start, end), true, parts);
      start = end + 1;
    }
    if (start < bytes.length) this.#add(bytes.subarray(start), false, parts);
    return parts;
  }

  /** What came after the last newline: a line whose end is still to come, or that has none. */
  rest(): LinePart | undefined {
    if (this.#length === 0 && this.#begins) return undefined;
    return { bytes: Buffer.concat(this.#held), begins: this.#begins, ends: true };
  }

  #add(tail: Buffer, ends: boolean, parts: LinePart[]): void {
    let line = tail;
    while (this.#length + line.length > this.#maxLineBytes) {
      const room = this.#maxLineBytes - this.#length;
      const whole = this.#take(line.subarray(0, room));
      const cut = characterStart(whole);
      parts.push({ bytes: whole.subarray(0, cut), begins: this.#begins, ends: false });
      this.#begins = false;
      line = line.subarray(room);
      if (cut < whole.length) this.#hold(whole.subarray(cut));
    }
    if (!ends) {
      this.#hold(line);
      return;
    }
    parts.push({ bytes: this.#take(line), begins: this.#begins, ends: true });
    this.#begins = true;
  }

  #take(line: Buffer): Buffer {
    if (this.#length === 0) return line;
    const whole = Buffer.concat([...this.#held, line]);
    this.#held = [];
    this.#length = 0;
    return whole;
  }

  /** A copy: the transport may use its memory again before the rest of the line arrives. */
  #hold(line: Buffer): void {
    if (line.length === 0) return;
    this.#held.push(Buffer.from(line));
    this.#length += line.length;
  }
}

/** Where to cut so that no character is split: before a last one that is not all there. */
function characterStart(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back < bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    const length = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
