/**
 * The wording of Go's JSON scanner for the first syntax error of a text:
 * https://github.com/golang/go/blob/master/src/encoding/json/scanner.go
 * Used only after JSON.parse has refused the text, so it need not be fast.
 */

/** Deeper nesting is refused; nothing that Kubernetes defines comes near it. */
export const MAX_JSON_DEPTH = 1000;

const WHITESPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);
const END = "unexpected end of JSON input";

class SyntaxFault extends Error {}

/** Go's message for the first syntax error; undefined when the text is valid JSON. */
export function goSyntaxError(bytes: Uint8Array): string | undefined {
  try {
    const scanner = new Scanner(bytes);
    scanner.value(0);
    scanner.end();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxFault) return error.message;
    throw error;
  }
}

class Scanner {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  end(): void {
    this.#space();
    if (this.#at < this.#bytes.length) this.#fail("after top-level value");
  }

  value(depth: number): void {
    this.#space();
    const byte = this.#peek();
    if (depth > MAX_JSON_DEPTH) this.#fail("exceeded max depth");
    if (byte === 0x7b) this.#object(depth);
    else if (byte === 0x5b) this.#array(depth);
    else if (byte === 0x22) this.#string();
    else if (byte === 0x2d || isDigit(byte)) this.#number();
    else if (byte === 0x74) this.#literal("true");
    else if (byte === 0x66) this.#literal("false");
    else if (byte === 0x6e) this.#literal("null");
    else this.#fail("looking for beginning of value");
  }

  #object(depth: number): void {
    this.#at += 1;
    this.#space();
    if (this.#peek() === 0x7d) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#peek() !== 0x22) this.#fail("looking for beginning of object key string");
      this.#string();
      this.#space();
      if (this.#peek() !== 0x3a) this.#fail("after object key");
      this.#at += 1;
      this.value(depth + 1);
      this.#space();
      const byte = this.#peek();
      if (byte !== 0x2c && byte !== 0x7d) this.#fail("after object key:value pair");
      this.#at += 1;
      if (byte === 0x7d) return;
    }
  }

  #array(depth: number): void {
    this.#at += 1;
    this.#space();
    if (this.#peek() === 0x5d) {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.value(depth + 1);
      this.#space();
      const byte = this.#peek();
      if (byte !== 0x2c && byte !== 0x5d) this.#fail("after array element");
      this.#at += 1;
      if (byte === 0x5d) return;
    }
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const byte = this.#peek();
      if (byte < 0x20) this.#fail("in string literal");
      this.#at += 1;
      if (byte === 0x22) return;
      if (byte === 0x5c) this.#escape();
    }
  }

  #escape(): void {
    const byte = this.#peek();
    if (!'bfnrt\\/"u'.includes(String.fromCharCode(byte))) this.#fail("in string escape code");
    this.#at += 1;
    if (byte !== 0x75) return;
    for (let digit = 0; digit < 4; digit++) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(this.#peek()))) this.#fail("in \\u hexadecimal character escape");
      this.#at += 1;
    }
  }

  #number(): void {
    if (this.#peek() === 0x2d) {
      this.#at += 1;
      if (!isDigit(this.#peek())) this.#fail("in numeric literal");
    }
    if (this.#peek() === 0x30) this.#at += 1;
    else this.#digits();
    if (this.#bytes[this.#at] === 0x2e) {
      this.#at += 1;
      if (!isDigit(this.#peek())) this.#fail("after decimal point in numeric literal");
      this.#digits();
    }
    const exponent = this.#bytes[this.#at];
    if (exponent === 0x65 || exponent === 0x45) {
      this.#at += 1;
      const sign = this.#peek();
      if (sign === 0x2b || sign === 0x2d) this.#at += 1;
      if (!isDigit(this.#peek())) this.#fail("in exponent of numeric literal");
      this.#digits();
    }
  }

  #digits(): void {
    while (isDigit(this.#bytes[this.#at] ?? 0)) this.#at += 1;
  }

  #literal(word: string): void {
    for (const expected of word) {
      if (this.#peek() !== expected.charCodeAt(0)) this.#fail(`in literal ${word} (expecting '${expected}')`);
      this.#at += 1;
    }
  }

  #space(): void {
    while (WHITESPACE.has(this.#bytes[this.#at] ?? 0)) this.#at += 1;
  }

  #peek(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new SyntaxFault(END);
    return byte;
  }

  #fail(context: string): never {
    throw new SyntaxFault(`invalid character ${quoteByte(this.#peek())} ${context}`);
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function quoteByte(byte: number): string {
  if (byte === 0x27) return "'\\''";
  if (byte === 0x22) return `'"'`;
  const short: Record<number, string> = {
    7: "\\a",
    8: "\\b",
    9: "\\t",
    10: "\\n",
    11: "\\v",
    12: "\\f",
    13: "\\r",
    92: "\\\\",
  };
  const named = short[byte];
  if (named !== undefined) return `'${named}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, "0")}'`;
  return byte >= 0x80 && byte < 0xa1 ? `'\\u00${byte.toString(16)}'` : `'${String.fromCharCode(byte)}'`;
}
