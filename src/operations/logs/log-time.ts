/** The longest that a kubelet's stamp can be, with its space. */
const LONGEST = 37;
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;

/** The time in front of a line, which the kubelet writes there when asked for timestamps. */
export interface Stamp {
  /** As it stands. */
  readonly text: string;
  /** Nanoseconds since the epoch. */
  readonly at: bigint;
  /** Bytes of it, with the space that follows. */
  readonly length: number;
}

/** Reads stamps; lines of the same second share the work. */
export class StampReader {
  #second = "";
  #base = 0n;

  /** Undefined where a line has none: what a kubelet says in its own name. */
  read(line: Buffer): Stamp | undefined {
    const match = STAMP.exec(line.toString("latin1", 0, LONGEST));
    if (match === null) return undefined;
    const [whole, second = "", fraction = "", zone = ""] = match;
    const key = second + zone;
    if (key !== this.#second) {
      const ms = Date.parse(key);
      if (Number.isNaN(ms)) return undefined;
      this.#second = key;
      this.#base = BigInt(ms) * 1_000_000n;
    }
    return {
      text: whole.slice(0, -1),
      at: this.#base + BigInt(fraction.padEnd(9, "0")),
      length: whole.length,
    };
  }
}

/** The whole second that a time is in, as the API takes it. */
export function secondOf(at: bigint): string {
  return `${new Date(Number(at / 1_000_000_000n) * 1000).toISOString().slice(0, 19)}Z`;
}
