/** Times of lines that are remembered: what a log may at most repeat and still be told from what is new. */
const REMEMBERED = 1000;
const SECOND = 1_000_000_000n;
/** How much later than a line one before it may be said to be: a millisecond. */
const DISORDER = 1_000_000n;

/**
 * How far a container's log has been read, so that it can be asked for again without losing or doubling a line. The API
 * takes only a time to begin at, to the second, and what was read since then comes again. Lines are told apart by their
 * time, those of the same time by their number, for a log only grows at its end; a last time alone would not do, because
 * the two outputs of a container may be written a little out of order.
 */
export class LogPosition {
  readonly #whole: boolean;
  /** How many lines of each time were read; in the order in which the times first came. */
  readonly #read = new Map<bigint, number>();
  /** What is not later than this and comes before any remembered line was read, or was not asked for. */
  #known: bigint | undefined;
  /** What of {@link #read} comes again, while it does. */
  #repeated = new Map<bigint, number>();
  /** Whether a remembered line has come again: all that follows it is new, or remembered too. */
  #anchored = true;

  /** @param whole whether the log is read from its beginning */
  constructor(whole: boolean) {
    this.#whole = whole;
  }

  /** The time to begin at again; undefined while that is where it was begun. */
  get resumeAt(): bigint | undefined {
    if (this.#known === undefined) return undefined;
    for (const oldest of this.#read.keys()) return oldest - SECOND;
    return undefined;
  }

  /** The log was asked for again, from {@link resumeAt} on. */
  restart(): void {
    this.#repeated = new Map(this.#read);
    this.#anchored = this.#read.size === 0;
  }

  /** Whether the line that comes next, written at this time, is new; it is then taken for read. */
  take(at: bigint): boolean {
    const again = this.#repeated.get(at) ?? 0;
    if (again > 0) {
      this.#repeated.set(at, again - 1);
      this.#anchored = true;
      return false;
    }
    if (!this.#anchored && this.#known !== undefined && at <= this.#known) return false;
    if (!this.#whole) this.#known ??= at + DISORDER;
    this.#read.set(at, (this.#read.get(at) ?? 0) + 1);
    if (this.#read.size > REMEMBERED) this.#forget();
    return true;
  }

  #forget(): void {
    for (const oldest of this.#read.keys()) {
      this.#read.delete(oldest);
      if (this.#known === undefined || oldest > this.#known) this.#known = oldest;
      return;
    }
  }
}
