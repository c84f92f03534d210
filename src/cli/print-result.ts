import { type OutputFormat, parseOutputFormat, render } from "../repl/render/output.ts";
import type { ParsedFlags } from "./flags.ts";
import { hasColor, type Terminal, write } from "./terminal.ts";

/** How results are written: as `-o` says, else a table on a terminal and JSON in a pipe. */
export interface ResultFormat {
  readonly format: OutputFormat;
  /** Whether `-o` said so. */
  readonly chosen: boolean;
}

/** Reads `-o`. Throws UsageError for a format that does not exist. */
export function resultFormat(values: ParsedFlags["values"], terminal: Terminal): ResultFormat {
  if (typeof values.output === "string") return { format: parseOutputFormat(values.output), chosen: true };
  const format: OutputFormat = terminal.stdout.isTTY === true ? { type: "table", wide: false } : { type: "json" };
  return { format, chosen: false };
}

/**
 * Writes a result to stdout; `undefined` writes nothing, a text stands as it is unless `-o json` was asked for. What
 * comes bit by bit, a watch or a log, is written as it comes until it ends or the signal is aborted.
 */
export async function printResult(
  value: unknown,
  how: ResultFormat,
  terminal: Terminal,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const settings = { format: how.format, color: hasColor(terminal, "stdout"), now: terminal.now() };
  if (typeof value === "object" && value !== null && Symbol.asyncIterator in value) {
    const { isLive, printLive } = await import("../repl/watch-view.ts");
    if (isLive(value)) {
      return printLive(value, { ...settings, signal }, terminal.stdout);
    }
  }
  const text = typeof value === "string" && !how.chosen ? value : await render(value, settings);
  if (text !== undefined) await write(terminal.stdout, text.endsWith("\n") ? text : `${text}\n`);
}
