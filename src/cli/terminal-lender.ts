import type { Readable, Writable } from "node:stream";
import { UsageError } from "../errors.ts";
import type { LendTerminal, LentTerminal } from "../resources/terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Who reads standard input while nobody has borrowed it: a prompt. */
export interface TerminalReader {
  letGo(): void;
  takeBack(): void;
}

/** Lends one terminal to one borrower at a time. */
export interface TerminalLender {
  readonly lend: LendTerminal;
  /** Names who is to let go first. */
  setReader(reader: TerminalReader): void;
}

type TerminalInput = Readable & { setRawMode?(raw: boolean): unknown };
type TerminalOutput = Writable & { readonly columns?: number; readonly rows?: number };

/** Input that waits unread until the terminal is paused; a paste is longer than a key. */
const MAX_UNREAD_BYTES = 64 * 1024;

/** @param onLent told when it is lent, so that nobody else draws on it, and when it is back */
export function terminalLender(
  { stdin, stdout }: Pick<Terminal, "stdin" | "stdout">,
  onLent: (lent: boolean) => void = () => {},
): TerminalLender {
  let reader: TerminalReader | undefined;
  let lent = false;
  return {
    setReader: (one) => {
      reader = one;
    },
    lend: () => {
      if (stdin.isTTY !== true || stdout.isTTY !== true) return undefined;
      if (lent) {
        throw new UsageError("USAGE", "Cannot take over the terminal: another remote process has it", {
          hint: "End that one first.",
        });
      }
      lent = true;
      onLent(true);
      reader?.letGo();
      return borrow(stdin, stdout, () => {
        lent = false;
        reader?.takeBack();
        onLent(false);
      });
    },
  };
}

function borrow(stdin: TerminalInput, stdout: TerminalOutput, onReturn: () => void): LentTerminal {
  const typed = new Typed(stdin);
  const restore = (): void => void stdin.setRawMode?.(false);
  // A process that is ended at once leaves a usable terminal too.
  process.once("exit", restore);
  stdin.setRawMode?.(true);
  let returned = false;
  return {
    get columns() {
      return stdout.columns ?? 80;
    },
    get rows() {
      return stdout.rows ?? 24;
    },
    input: typed,
    write: (chunk) =>
      new Promise((resolve) => {
        // A terminal that has gone is told by its input.
        stdout.write(chunk, () => resolve());
      }),
    onResize: (listener) => {
      stdout.on("resize", listener);
      return () => void stdout.off("resize", listener);
    },
    giveBack: () => {
      if (returned) return;
      returned = true;
      typed.end();
      restore();
      process.off("exit", restore);
      onReturn();
    },
  };
}

/** What is typed, from the first listener to the last. */
class Typed implements AsyncIterable<Uint8Array> {
  readonly #stdin: TerminalInput;
  readonly #chunks: Uint8Array[] = [];
  #unread = 0;
  #ended = false;
  #wake: () => void = () => {};

  constructor(stdin: TerminalInput) {
    this.#stdin = stdin;
    stdin.on("data", this.#onData).on("end", this.#onEnd).resume();
  }

  end(): void {
    this.#onEnd();
    this.#stdin.off("data", this.#onData).off("end", this.#onEnd).pause();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (true) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#unread -= chunk.length;
        yield chunk;
      } else if (this.#ended) return;
      else {
        this.#stdin.resume();
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  readonly #onData = (data: Uint8Array | string): void => {
    const chunk = typeof data === "string" ? Buffer.from(data) : data;
    this.#chunks.push(chunk);
    this.#unread += chunk.length;
    if (this.#unread > MAX_UNREAD_BYTES) this.#stdin.pause();
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };
}
