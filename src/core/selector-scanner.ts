import { UsageError } from "../errors.ts";

const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** A cursor over the text of a label selector, so that errors can point at their place. */
export class SelectorScanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#at >= this.#text.length;
  }

  skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  peek(sign: string): boolean {
    return this.#text.startsWith(sign, this.#at);
  }

  take(sign: string): boolean {
    if (!this.peek(sign)) return false;
    this.#at += sign.length;
    this.skipSpace();
    return true;
  }

  expect(sign: string): void {
    if (this.take(sign)) return;
    throw this.error(`expected "${sign}"${this.done ? " before the end" : ""}`);
  }

  /** A run of characters that are neither space nor a sign of the grammar. */
  word(what: string): string {
    const text = this.#run();
    if (text === "") throw this.error(`expected ${what}${this.done ? " before the end" : ""}`);
    return text;
  }

  key(): string {
    const key = this.word("a label's key");
    const slash = key.indexOf("/");
    const prefix = slash < 0 ? undefined : key.slice(0, slash);
    const validPrefix = prefix === undefined || (prefix.length <= 253 && LABEL_PREFIX.test(prefix));
    if (!validPrefix || !LABEL_NAME.test(key.slice(slash + 1)))
      throw this.error(`"${key}" is not a label's key`, key.length);
    return key;
  }

  /** A label's value; it may be empty. */
  value(): string {
    const value = this.#run();
    if (value !== "" && !LABEL_NAME.test(value)) throw this.error(`"${value}" is not a label's value`, value.length);
    return value;
  }

  integer(): string {
    const value = this.word("an integer");
    if (!/^-?\d+$/.test(value)) throw this.error(`"${value}" is not an integer`, value.length);
    return value;
  }

  set(): string[] {
    this.expect("(");
    const values = [this.value()];
    while (this.take(",")) values.push(this.value());
    this.expect(")");
    return values;
  }

  /** @param back length of the last word, to point at its beginning */
  error(reason: string, back = 0): UsageError {
    // What was just read is followed by space that was skipped.
    const read = this.#text.slice(0, this.#at).trimEnd().length;
    return selectorError(this.#text, back === 0 ? this.#at : read - back, reason);
  }

  #run(): string {
    const start = this.#at;
    while (!this.done && !/[\s,()=!<>]/.test(this.#text[this.#at] ?? "")) this.#at += 1;
    const text = this.#text.slice(start, this.#at);
    this.skipSpace();
    return text;
  }
}

/** The error that shows a place in a selector; `at` counts from 0. */
export function selectorError(text: string, at: number, reason: string): UsageError {
  return new UsageError(
    "INVALID_INPUT",
    `Cannot read the selector at position ${at + 1}: ${reason}\n  ${text}\n  ${" ".repeat(at)}^`,
  );
}
