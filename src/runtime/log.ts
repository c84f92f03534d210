import { formatWithOptions } from "node:util";

/** Writes lines for people, apart from results. Callable itself, which is `info`. */
export interface Log {
  (...values: unknown[]): void;
  info(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

/** A log over anything that takes text, usually stderr. Values are formatted as `console.log` does. */
export function createLog(writeLine: (line: string) => void, color = false): Log {
  const line =
    (prefix: string) =>
    (...values: unknown[]): void =>
      writeLine(prefix + formatWithOptions({ colors: color }, ...values));
  return Object.assign(line(""), { info: line(""), warn: line("warning: "), error: line("error: ") });
}
