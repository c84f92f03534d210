/** Times of lines that are remembered: what a log may at most repeat and still be told from what is new. */
const REMEMBERED = 1000;

/**
 * How far a container's log has been read, so that it can be asked for again without losing or doubling a line. The API
 * only takes a whole second to begin at, and what was read of that second comes again: lines are told apart by their time,
 * those of the same time by their number, for a log only grows at its end. Two outputs of a container may be written a
 * little out of order, so that the last time alone would not do.
 */
export class LogPosition {
  /** How many lines of each time were read; in the order in which the times first came. */
  readonly #read = new Map<bigint, number>();
  /** Everything older was read, or was not asked for. */
  #floor: bigint | undefined;
  /** What of {@link #read} comes again, while it does. */
  #repeated = new Map<bigint, number>();

  /** The time to begin at again; undefined while no line was read. */
  get resumeAt(): bigint | undefined {
    return this.#floor;
  }

  /** The log was asked for again, from {@link resumeAt} on or from an earlier time. */
  restart(): void {
    this.#repeated = new Map(this.#read);
  }

  /** Whether the line that comes next, written at this time, is new; it is then taken for read. */
  take(at: bigint): boolean {
    if (this.#floor !== undefined && at < this.#floor) return false;
    const again = this.#repeated.get(at) ?? 0;
    if (again > 0) {
      this.#repeated.set(at, again - 1);
      return false;
    }
    this.#floor ??= at;
    this.#read.set(at, (this.#read.get(at) ?? 0) + 1);
    if (this.#read.size > REMEMBERED) this.#forget();
    return true;
  }

  #forget(): void {
    for (const [oldest] of this.#read) {
      this.#read.delete(oldest);
      break;
    }
    for (const [oldest] of this.#read) {
      if (this.#floor === undefined || oldest > this.#floor) this.#floor = oldest;
      break;
    }
  }
}
