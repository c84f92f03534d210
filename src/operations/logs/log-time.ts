/** The longest that a kubelet's stamp can be, with its space. */
const LONGEST = 37;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;

/** The time in front of a line, which the kubelet writes there when asked for timestamps. */
export interface Stamp {
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  /** Bytes of it, with the space that follows. */
  readonly length: number;
}

/** Bytes of a date and a time to the second. */
const SECOND_BYTES = "2026-11-21T10:00:00".length;
const [DOT, ZERO, NINE, ZULU, SPACE] = [...Buffer.from(".09Z ")] as [number, number, number, number, number];

/** Reads stamps. Lines of the same second share the work: a log has thousands of them. */
export class StampReader {
  /** The second, in UTC, that was read last. */
  #second: Buffer = Buffer.alloc(SECOND_BYTES);
  #base = 0n;

  /** Undefined where a line has none: what a kubelet says in its own name. */
  read(line: Buffer): Stamp | undefined {
    return (this.#isSameSecond(line) ? this.#inSecond(line) : undefined) ?? this.#parse(line);
  }

  #isSameSecond(line: Buffer): boolean {
    // From the end: that is what differs.
    for (let at = SECOND_BYTES - 1; at >= 0; at -= 1) if (line[at] !== this.#second[at]) return false;
    return true;
  }

  /** A fraction of the known second, in UTC; undefined for any other form. */
  #inSecond(line: Buffer): Stamp | undefined {
    let at = SECOND_BYTES;
    let nanoseconds = 0;
    if (line[at] === DOT) {
      let unit = 100_000_000;
      for (at += 1; unit >= 1; at += 1) {
        const byte = line[at] ?? 0;
        if (byte < ZERO || byte > NINE) break;
        nanoseconds += (byte - ZERO) * unit;
        unit /= 10;
      }
      if (at === SECOND_BYTES + 1) return undefined;
    }
    if (line[at] !== ZULU || line[at + 1] !== SPACE) return undefined;
    return { at: this.#base + BigInt(nanoseconds), length: at + 2 };
  }

  #parse(line: Buffer): Stamp | undefined {
    const match = STAMP.exec(line.toString("latin1", 0, LONGEST));
    if (match === null) return undefined;
    const [whole, second = "", fraction = "", zone = ""] = match;
    const ms = Date.parse(second + zone);
    if (Number.isNaN(ms)) return undefined;
    const base = BigInt(ms) * 1_000_000n;
    if (zone === "Z") {
      this.#second = Buffer.from(second, "latin1");
      this.#base = base;
    }
    return { at: base + BigInt(fraction.padEnd(9, "0")), length: whole.length };
  }
}

/** The whole second that a time is in, as the API takes it. */
export function secondOf(at: bigint): string {
  return `${new Date(Number(at / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}Z`;
}
