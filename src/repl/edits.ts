interface Edit {
  readonly at: number;
  readonly until: number;
  readonly text: string;
}

/**
 * Replacements in one text, given in any order and applied at once. Those at the same place keep the order in which
 * they were made, so a tree walk that notes an opening on entry and a closing on exit nests them rightly.
 */
export class Edits {
  readonly #source: string;
  readonly #edits: Edit[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  replace(at: number, until: number, text: string): void {
    this.#edits.push({ at, until, text });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** How many edits there are; {@link cut} takes only those made after such a mark. */
  mark(): number {
    return this.#edits.length;
  }

  /**
   * The text between two places with the edits made there since `mark`. It is taken out; `lines` stands in its place:
   * as many line breaks as it had, unless told otherwise, so that what follows keeps its line number.
   */
  cut(from: number, until: number, mark: number = this.mark(), lines: number = this.#lines(from, until)): string {
    const made = this.#edits.splice(mark);
    const inside = made.filter((edit) => edit.at >= from && edit.until <= until);
    this.#edits.push(...made.filter((edit) => !inside.includes(edit)));
    const text = this.#apply(from, until, inside);
    this.replace(from, until, "\n".repeat(Math.max(0, lines)));
    return text;
  }

  toString(): string {
    return this.#apply(0, this.#source.length, this.#edits);
  }

  #lines(from: number, until: number): number {
    return this.#source.slice(from, until).split("\n").length - 1;
  }

  #apply(from: number, until: number, edits: readonly Edit[]): string {
    const inside = edits.toSorted((left, right) => left.at - right.at);
    let text = "";
    let place = from;
    for (const edit of inside) {
      if (edit.at > place) text += this.#source.slice(place, edit.at);
      text += edit.text;
      place = Math.max(place, edit.until);
    }
    return text + this.#source.slice(place, until);
  }
}
