import { Transform, type TransformCallback } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Stands for a line break inside the line editor, which can only hold one line. */
export const LINE_MARK = "␤";

const ESCAPE = "\u001b";
const START = "\u001b[200~";
const END = "\u001b[201~";

/** What a terminal answers to, so that it brackets pasted text; written when a prompt begins and ends. */
export const bracketedPaste = { on: "\u001b[?2004h", off: "\u001b[?2004l" } as const;

/**
 * Lets keys through as they come. Text that the terminal says was pasted reaches the line editor as one line, its
 * breaks marked, so that nothing is run before Enter is pressed and a tab completes nothing.
 */
export class PasteFilter extends Transform {
  #pasting = false;
  /** The end of a chunk that may be the beginning of a bracket. */
  #held = "";
  /** A chunk may end within a character. */
  readonly #decoder: StringDecoder = new StringDecoder("utf8");

  override _transform(chunk: Buffer | string, _encoding: BufferEncoding, done: TransformCallback): void {
    let text = this.#held + (typeof chunk === "string" ? chunk : this.#decoder.write(chunk));
    this.#held = "";
    let output = "";
    while (text !== "") {
      const bracket = this.#pasting ? END : START;
      const at = text.indexOf(bracket);
      const stretch = at === -1 ? this.#holdBack(text, bracket) : text.slice(0, at);
      output += this.#pasting ? marked(stretch) : stretch;
      if (at === -1) break;
      this.#pasting = !this.#pasting;
      text = text.slice(at + bracket.length);
    }
    done(null, output);
  }

  /** Keeps back what may go on to be a bracket; a lone Escape key is let through. */
  #holdBack(text: string, bracket: string): string {
    const shortest = !this.#pasting && text === ESCAPE ? 2 : 1;
    for (let length = Math.min(bracket.length - 1, text.length); length >= shortest; length -= 1) {
      if (!text.endsWith(bracket.slice(0, length))) continue;
      this.#held = text.slice(-length);
      return text.slice(0, -length);
    }
    return text;
  }
}

/** Several lines as the one that the line editor can hold. */
export function marked(text: string): string {
  return text.replace(/\r\n?|\n/g, LINE_MARK).replace(/\t/g, "  ");
}

/** What was typed or pasted, with its line breaks. */
export function unmarked(line: string): string {
  return line.replaceAll(LINE_MARK, "\n");
}
