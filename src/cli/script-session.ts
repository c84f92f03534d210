import { throwIfAborted } from "../core/abort.ts";
import { parseDuration } from "../core/duration.ts";
import { isKubescriptError } from "../errors.ts";
import { isBareInterruption } from "../repl/interrupt.ts";
import { errorText } from "../runtime/error-text.ts";
import { EXIT, exitCodeOf } from "../runtime/exit-code.ts";
import { createGlobals, installGlobals } from "../runtime/globals.ts";
import { createLog, type Log } from "../runtime/log.ts";
import { patienceWith } from "../runtime/patience.ts";
import { createShell } from "../runtime/shell.ts";
import type { Flag, ParsedFlags } from "./flags.ts";
import { listenForInterruption } from "./interruption.ts";
import { printResult, resultFormat } from "./print-result.ts";
import { type CommandSession, openSession } from "./session.ts";
import { catchStrays } from "./strays.ts";
import { hasColor, type Terminal, write } from "./terminal.ts";

export const TIMEOUT_FLAG: Flag = {
  name: "timeout",
  type: "string",
  placeholder: "DURATION",
  description: "end the run after this time, such as 5m; exit code 124",
};

/** What a script's work is given. */
export interface ScriptSurroundings extends CommandSession {
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Runs code of the user's with the globals in place: prints its result, tells its failure, and gives the documented
 * exit code, also when it is interrupted.
 */
export async function runWithGlobals(
  values: ParsedFlags["values"],
  terminal: Terminal,
  args: Readonly<Record<string, unknown>>,
  work: (surroundings: ScriptSurroundings) => Promise<unknown>,
): Promise<number> {
  const how = resultFormat(values, terminal);
  const timeoutMs = typeof values.timeout === "string" ? parseDuration(values.timeout) : undefined;
  const interruption = listenForInterruption({ timeoutMs, terminal });
  const { signal } = interruption;
  const patience = patienceWith(signal, () => {
    const again = interruption.exitCode() === EXIT.interrupted ? "; Ctrl-C again ends at once" : "";
    terminal.stderr.write(`Tidying up${again}.\n`);
  });
  const ended = (): void => {
    patience.done();
    interruption.done();
  };
  const session = await openSession(values, terminal, {
    printed: how.format.type === "table",
    connect: { observe: patience.observe },
  }).catch((error: unknown) => {
    ended();
    throw error;
  });
  const log = createLog((line) => void terminal.stderr.write(`${line}\n`), hasColor(terminal, "stderr"));
  const shell = createShell({ cluster: () => session.k8s, env: terminal.env });
  installGlobals(createGlobals({ k8s: session.k8s, $: shell.$, log, args, signal: () => signal }));
  const strays = catchStrays();
  try {
    // Interrupted before it began, it has nothing to tidy up.
    throwIfAborted(signal);
    const value = await Promise.race([work({ ...session, signal, log }), patience.over, strays.failure]);
    await Promise.race([printResult(value, how, terminal, signal), strays.failure]);
    return interruption.exitCode() ?? Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    const unread = interruption.exitCode() === EXIT.done && isBareInterruption(error);
    if (!unread) await write(terminal.stderr, `${errorText(error, { color: hasColor(terminal, "stderr") })}\n`);
    const usage = isKubescriptError(error) && error.code === "USAGE" && !session.k8s.isDryRun;
    return interruption.exitCode() ?? exitCodeOf(error, usage ? "command" : "script");
  } finally {
    strays.done();
    ended();
    shell.close();
    await session.close();
  }
}
