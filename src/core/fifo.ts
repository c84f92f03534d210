/** So many places are left empty before the rest is moved up; then as many move as were left at most, once. */
const MOVED_AT_LEAST = 1024;

/** What waits, first in, first out. An array's own `shift` moves all that stands behind, which takes long where much does. */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** The one that has waited for longest; undefined where there is none. */
  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#first];
    this.#items[this.#first] = undefined;
    this.#first += 1;
    if (this.length === 0) this.clear();
    else if (this.#first >= MOVED_AT_LEAST && this.#first * 2 >= this.#items.length) {
      this.#items.splice(0, this.#first);
      this.#first = 0;
    }
    return item;
  }

  clear(): void {
    this.#items.length = 0;
    this.#first = 0;
  }
}
