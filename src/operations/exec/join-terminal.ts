import { UsageError } from "../../errors.ts";
import type { LendTerminal, LentTerminal } from "../../resources/terminal.ts";
import { DetachKeys } from "./detach-keys.ts";
import type { ProcessExit } from "./process-exit.ts";
import type { RemoteProcess } from "./remote-process.ts";

/** How a process and a terminal came apart. */
export type TerminalEnd =
  | { readonly type: "exited"; readonly exit: ProcessExit }
  /** By its keys: the process goes on. */
  | { readonly type: "detached" };

export interface JoinOptions {
  /** Whether Ctrl-P Ctrl-Q leaves the process running. Default false: the keys are the process's. */
  readonly detachable?: boolean;
  /** Shown first. */
  readonly notice?: string;
}

/**
 * Borrows the user's terminal for work with it, and gives it back however that ends. Throws UsageError where there is
 * none.
 * @param action what for, as in `run sh in pods "web-0"`
 */
export async function withTerminal<T>(
  { lendTerminal }: { readonly lendTerminal: LendTerminal },
  action: string,
  work: (terminal: LentTerminal) => Promise<T>,
): Promise<T> {
  const terminal = lendTerminal();
  if (terminal === undefined) throw noTerminal(action);
  try {
    return await work(terminal);
  } finally {
    terminal.giveBack();
  }
}

/** Refuses work that will need a terminal, before it begins. */
export function requireTerminal({ lendTerminal }: { readonly lendTerminal: LendTerminal }, action: string): void {
  const terminal = lendTerminal();
  if (terminal === undefined) throw noTerminal(action);
  terminal.giveBack();
}

function noTerminal(action: string): UsageError {
  return new UsageError("USAGE", `Cannot ${action} at a terminal: standard input and output are none`, {
    hint: 'Start kubescript in a terminal, or leave `terminal` out and give the input as a text: { stdin: "…" }.',
  });
}

/** Joins a process, which was opened with a terminal of its own, to the user's until it ends. */
export async function joinTerminal(
  process: RemoteProcess,
  terminal: LentTerminal,
  options: JoinOptions = {},
): Promise<TerminalEnd> {
  const resize = (): void => process.resize(terminal.columns, terminal.rows);
  const stopResizing = terminal.onResize(resize);
  let end: TerminalEnd | undefined;
  try {
    resize();
    if (options.notice !== undefined) await terminal.write(`${options.notice}\r\n`);
    // What was printed last is shown before the end is told.
    const ended = Promise.all([process.exit, show(process, terminal)]).then(
      ([exit]): TerminalEnd => ({ type: "exited", exit }),
    );
    const detached = new Promise<TerminalEnd>((resolve) => {
      void type(process, terminal, options.detachable === true, () => resolve({ type: "detached" }));
    });
    end = await Promise.race([ended, detached]);
    return end;
  } finally {
    stopResizing();
    process.close();
    // A process that was left or lost had no last word: what comes next begins on a line of its own.
    if (end?.type !== "exited") await terminal.write("\r\n");
  }
}

async function show(process: RemoteProcess, terminal: LentTerminal): Promise<void> {
  for await (const chunk of process.stdout) await terminal.write(chunk);
}

async function type(
  process: RemoteProcess,
  terminal: LentTerminal,
  detachable: boolean,
  onDetached: () => void,
): Promise<void> {
  const detachKeys = detachable ? new DetachKeys() : undefined;
  try {
    for await (const typed of terminal.input) {
      const { keys, detached } = detachKeys?.read(typed) ?? { keys: typed, detached: false };
      if (keys.length > 0) await process.write(keys);
      if (detached) return onDetached();
    }
    // The terminal has gone, or was given back.
    process.close();
  } catch {
    // A connection that was lost is told by the process's exit.
  }
}
