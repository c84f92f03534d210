import type { Readable, Writable } from "node:stream";

/** The process as the commands see it. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Whether text on a stream may be coloured (https://no-color.org). */
export function hasColor(terminal: Terminal, stream: "stdout" | "stderr"): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = terminal.env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0";
  return terminal[stream].isTTY === true && TERM !== "dumb";
}

/** How wide a terminal is; undefined of a pipe, and of a terminal whose size nobody has set, which says 0. */
export function columnsOf({ columns }: Terminal["stdout"]): number | undefined {
  return columns === 0 ? undefined : columns;
}

/** Writes and waits until it is taken. A reader that went away is no error: there is no one left to tell. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error == null || (error as NodeJS.ErrnoException).code === "EPIPE") resolve();
      else reject(error);
    });
  });
}
