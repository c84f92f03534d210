import type { LentTerminal } from "../../src/resources/terminal.ts";

/** A terminal in memory, as it is lent to a remote process. */
export interface FakeLentTerminal extends LentTerminal {
  type(keys: string): void;
  /** The window is closed. */
  hangUp(): void;
  resize(columns: number, rows: number): void;
  shown(): string;
  isLent(): boolean;
}

export function fakeLentTerminal(): FakeLentTerminal {
  const typed: Uint8Array[] = [];
  const listeners = new Set<() => void>();
  let wake = (): void => {};
  let ended = false;
  let lent = true;
  let output = "";
  let size = { columns: 80, rows: 24 };
  const end = (): void => {
    ended = true;
    wake();
  };
  return {
    get columns() {
      return size.columns;
    },
    get rows() {
      return size.rows;
    },
    input: (async function* () {
      while (true) {
        const keys = typed.shift();
        if (keys !== undefined) yield keys;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    })(),
    write: async (chunk) => {
      output += Buffer.from(chunk as Uint8Array).toString();
    },
    onResize: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    giveBack: () => {
      lent = false;
      end();
    },
    type: (keys) => {
      typed.push(Buffer.from(keys));
      wake();
    },
    hangUp: end,
    resize: (columns, rows) => {
      size = { columns, rows };
      for (const listener of listeners) listener();
    },
    shown: () => output,
    isLent: () => lent,
  };
}
