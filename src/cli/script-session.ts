import { parseDuration } from "../core/duration.ts";
import { isKubescriptError } from "../errors.ts";
import { errorText } from "../runtime/error-text.ts";
import { EXIT, exitCodeOf } from "../runtime/exit-code.ts";
import { createGlobals, installGlobals } from "../runtime/globals.ts";
import { createLog, type Log } from "../runtime/log.ts";
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
  const session = await openSession(values, terminal, { printed: how.format.type === "table" });
  const interruption = listenForInterruption(timeoutMs);
  const { signal } = interruption;
  const log = createLog((line) => void terminal.stderr.write(`${line}\n`), hasColor(terminal, "stderr"));
  const shell = createShell({ cluster: () => session.k8s, env: terminal.env });
  installGlobals(createGlobals({ k8s: session.k8s, $: shell.$, log, args, signal: () => signal }));
  const strays = catchStrays();
  try {
    const value = await Promise.race([interruptible(work({ ...session, signal, log }), signal), strays.failure]);
    await Promise.race([printResult(value, how, terminal, signal), strays.failure]);
    return interruption.exitCode() ?? Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    await write(terminal.stderr, `${errorText(error, { color: hasColor(terminal, "stderr") })}\n`);
    const usage = isKubescriptError(error) && error.code === "USAGE" && !session.k8s.isDryRun;
    return interruption.exitCode() ?? exitCodeOf(error, usage ? "command" : "script");
  } finally {
    strays.done();
    interruption.done();
    shell.close();
    await session.close();
  }
}

/** The work's end or the signal's, whichever is first; interrupted work gets a moment to tidy up. */
async function interruptible<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => setTimeout(() => reject(signal.reason), 1000), { once: true });
  });
  return Promise.race([work, aborted]);
}
