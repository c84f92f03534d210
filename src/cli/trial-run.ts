import { unlessAborted } from "../core/abort.ts";
import { parseDuration } from "../core/duration.ts";
import { afterTime } from "../core/timer.ts";
import { isKubescriptError, TimeoutError, UsageError } from "../errors.ts";
import { errorText } from "../runtime/error-text.ts";
import { EXIT, exitCodeOf } from "../runtime/exit-code.ts";
import { createGlobals, installGlobals } from "../runtime/globals.ts";
import { createLog } from "../runtime/log.ts";
import { loadScript, runRecipe } from "../runtime/run-script.ts";
import { parsePlainArguments } from "../runtime/script-arguments.ts";
import type { SessionShell } from "../runtime/shell.ts";
import type { Access } from "../schedule/access-rules.ts";
import { observedAccesses } from "../schedule/observed-access.ts";
import type { PlannedWrite } from "../transport/plan.ts";
import type { ParsedFlags } from "./flags.ts";
import { listenForInterruption } from "./interruption.ts";
import { openSession } from "./session.ts";
import { hasColor, type Terminal, write } from "./terminal.ts";

/** What a run that changed nothing showed. */
export interface TrialRun {
  readonly accesses: readonly Access[];
  /** In order; each was validated by the server and not stored. */
  readonly writes: readonly PlannedWrite[];
  /** What the script gave or, a recipe, returned; undefined when it did not end well. */
  readonly value: unknown;
  /** Why it ended early: what it threw, or TimeoutError; undefined when it ran to its end. */
  readonly failure: unknown;
}

/** Which script, with which words. */
export interface TrialOptions {
  readonly file: string;
  readonly words: readonly string[];
}

/** Default of `--trial-timeout`: a script that waits for what it wrote waits in vain, for nothing was stored. */
const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Runs a script on the cluster with every write as a dry run, and watches what it asks of the server. Sub-processes are
 * refused: nothing holds back what they do. Its log goes to stderr. Throws for Ctrl-C, and for a cluster that cannot
 * be reached.
 */
export async function trialRun(
  values: ParsedFlags["values"],
  terminal: Terminal,
  { file, words }: TrialOptions,
): Promise<TrialRun> {
  const limitText = values["trial-timeout"];
  const timeoutMs = typeof limitText === "string" ? parseDuration(limitText) : DEFAULT_TIMEOUT_MS;
  const accesses: Access[] = [];
  const writes: PlannedWrite[] = [];
  const session = await openSession(values, terminal, {
    connect: {
      observe: (request) => void accesses.push(...observedAccesses(request)),
      plan: (write) => void writes.push(write),
    },
  });
  const interruption = listenForInterruption({ terminal });
  const limit = new AbortController();
  const timer = afterTime(timeoutMs, () => limit.abort(tooLong(timeoutMs)));
  const signal = AbortSignal.any([interruption.signal, limit.signal]);
  const log = createLog((line) => void terminal.stderr.write(`${line}\n`));
  const args = parsePlainArguments(words);
  installGlobals(createGlobals({ k8s: session.k8s, $: refusingShell(), log, args, signal: () => signal }));
  const work = async (): Promise<unknown> => {
    const script = await loadScript(file);
    return script.type === "recipe" ? runRecipe(script.recipe, { k8s: session.k8s, log, signal, words }) : script.value;
  };
  try {
    const value = await unlessAborted(work(), signal);
    return { accesses, writes, value, failure: undefined };
  } catch (failure) {
    if (interruption.signal.aborted) throw failure;
    return { accesses, writes, value: undefined, failure };
  } finally {
    timer.cancel();
    interruption.done();
    await session.close();
  }
}

/** Says on stderr why a trial run ended early; nothing when it did not. */
export async function tellFailure({ failure }: TrialRun, terminal: Terminal): Promise<void> {
  if (failure === undefined) return;
  const why = errorText(failure, { color: hasColor(terminal, "stderr") });
  await write(terminal.stderr, `The trial run ended early; what would have come later is not seen.\n${why}\n`);
}

/** Of a script that failed before it asked for anything, the failure alone, and its exit code; undefined of any other. */
export async function tellUntried(trial: TrialRun, terminal: Terminal): Promise<number | undefined> {
  if (trial.failure === undefined || trial.accesses.length > 0) return undefined;
  await write(terminal.stderr, `${errorText(trial.failure, { color: hasColor(terminal, "stderr") })}\n`);
  return trialExitCode(trial);
}

/** The exit code of a trial run, as that of the run itself would be. */
export function trialExitCode({ failure }: TrialRun): number {
  if (failure === undefined) return EXIT.done;
  return exitCodeOf(failure, isKubescriptError(failure) && failure.code === "USAGE" ? "command" : "script");
}

function tooLong(timeoutMs: number): TimeoutError {
  return new TimeoutError(`The trial run did not end within ${timeoutMs / 1000} s`);
}

function refusingShell(): SessionShell["$"] {
  const refuse = (): never => {
    throw new UsageError("NO_DRY_RUN", "Cannot run a command in a trial run: nothing would hold back what it changes", {
      hint: "Use k8s for what the script must do, or run it for real.",
    });
  };
  return new Proxy(refuse as unknown as SessionShell["$"], { apply: refuse, get: refuse });
}
