import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import type { HostTools } from "./host-tools.ts";
import { childrenOf } from "./signals.ts";

/**
 * The command with a terminal of its own: `script` makes one and passes on what it reads and writes. It is itself run in
 * the container, whose terminal it is then.
 */
export function terminalCommand(tools: HostTools, command: readonly string[]): string[] {
  return [tools.script, "-q", "-e", "-f", "-c", `exec ${command.map(quote).join(" ")}`, "/dev/null"];
}

const RETRY_MS = 20;
const MOST_TRIES = 50;

/**
 * Sets the size of the terminal that `script`, started by the process `pid`, has made or will have made within a second;
 * the kernel tells the processes on it.
 */
export function resizeTerminal(
  stty: string,
  pid: number,
  columns: number,
  rows: number,
  tries: number = MOST_TRIES,
): void {
  const terminal = terminalOf(pid);
  if (terminal !== undefined) {
    // What fails here has failed because the terminal is gone.
    execFile(stty, ["-F", terminal, "rows", String(rows), "cols", String(columns)], () => undefined);
  } else if (tries > 0) {
    setTimeout(() => resizeTerminal(stty, pid, columns, rows, tries - 1), RETRY_MS).unref();
  }
}

/** The terminal of what `script` has started, reached through that process; undefined before there is one. */
function terminalOf(pid: number): string | undefined {
  try {
    const [child] = childrenOf(pid);
    if (child === undefined) return undefined;
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "script") return terminalOf(child);
    const file = `/proc/${child}/fd/0`;
    return statSync(file).isCharacterDevice() ? file : undefined;
  } catch {
    return undefined;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
