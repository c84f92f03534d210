import { clearLine, cursorTo } from "node:readline";
import { type REPLServer, Recoverable, start } from "node:repl";
import type { Readable, Writable } from "node:stream";
import { endedOrAborted } from "../core/abort.ts";
import { AbortError, isKubescriptError } from "../errors.ts";
import { forgetDeeds } from "../resources/deeds.ts";
import type { Cluster } from "../runtime/cluster.ts";
import { errorText } from "../runtime/error-text.ts";
import { createGlobals, installGlobals } from "../runtime/globals.ts";
import { createLog } from "../runtime/log.ts";
import { createShell } from "../runtime/shell.ts";
import { defineCommands } from "./commands.ts";
import { SourceError } from "./compile.ts";
import { Completer } from "./complete.ts";
import { type Evaluation, prepare } from "./evaluate.ts";
import { type HintContext, hintAt, hintsAfter } from "./hints.ts";
import { appendHistory, readHistory } from "./history.ts";
import { isBareInterruption, listenForInterrupt } from "./interrupt.ts";
import { bracketedPaste, marked, PasteFilter, unmarked } from "./paste.ts";
import { render } from "./render/output.ts";
import { Transcript } from "./transcript.ts";
import { isLive, printLive } from "./watch-view.ts";

/** What ends a prompt from outside: the first when its window is closed. */
const TERMINATIONS = ["SIGHUP", "SIGTERM"] as const;

/** What a prompt runs on. */
export interface PromptOptions {
  readonly k8s: Cluster;
  /** The same cluster with its requests traced so (`line`, `curl`, `headers`, `body`), or not at all. */
  readonly traced: (level: string | undefined) => Promise<Cluster>;
  readonly stdin: Readable & { setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly color: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where lines are kept over restarts; undefined keeps none. */
  readonly historyFile: string | undefined;
  readonly words: readonly string[];
  /** Told when a line begins to run, and when the next can be typed. */
  readonly onRunning?: (running: boolean) => void;
  /** Told how to make it let go of the terminal, which a line may lend to a remote process, and take it back. */
  readonly onReader?: (reader: { letGo(): void; takeBack(): void }) => void;
}

/** How a prompt ended: its user left, or its terminal went away or the process is to end. */
export type PromptEnd = "left" | "terminated";

/** Runs a prompt until it is left or terminated. */
export async function runPrompt(options: PromptOptions): Promise<PromptEnd> {
  const prompt = new Prompt(options);
  return prompt.run();
}

/** One session at the prompt: its handle, what was typed, and the line that runs. */
export class Prompt {
  readonly options: PromptOptions;
  readonly transcript: Transcript = new Transcript();
  k8s: Cluster;
  #server: REPLServer | undefined;
  #signal: AbortSignal = new AbortController().signal;
  #queue: Promise<void> = Promise.resolve();
  readonly #typed: string[] = [];
  #running = false;
  /** Lines that run or wait to. */
  #pending = 0;
  /** Aborted when the prompt is terminated. */
  readonly #termination: AbortController = new AbortController();

  constructor(options: PromptOptions) {
    this.options = options;
    this.k8s = options.k8s;
  }

  async run(): Promise<PromptEnd> {
    const { stdin, stdout, color, historyFile } = this.options;
    const shell = createShell({ cluster: () => this.k8s, env: this.options.env });
    this.#installGlobals(shell.$);
    const history = await readHistory(historyFile);
    const filter = stdin.pipe(new PasteFilter());
    const input = Object.assign(filter, { isTTY: true, setRawMode: (raw: boolean) => stdin.setRawMode?.(raw) });
    const completer = new Completer({
      k8s: () => this.k8s,
      global: globalValue,
      commands: () => Object.keys(this.#server?.commands ?? {}),
      globalNames: () => Object.getOwnPropertyNames(globalThis),
      now: this.options.now,
    });
    stdout.write(bracketedPaste.on);
    this.options.onReader?.({
      letGo: () => {
        stdin.unpipe(filter);
        stdout.write(bracketedPaste.off);
      },
      takeBack: () => {
        stdout.write(bracketedPaste.on);
        stdin.pipe(filter);
      },
    });
    const report = (error: unknown): void => this.print(this.#errorText(error));
    process.on("unhandledRejection", report);
    process.on("uncaughtException", report);
    const server = start({
      prompt: this.promptText(),
      input,
      output: stdout,
      terminal: true,
      useColors: color,
      useGlobal: true,
      ignoreUndefined: true,
      preview: false,
      // Results are printed below; what Node prints by itself are errors that no line waits for.
      writer: (error: unknown) => this.#errorText(error),
      eval: (text, _context, _file, done) => this.#evaluate(text, done),
      completer: (line: string, done: (error: Error | null, found: [string[], string]) => void) => {
        completer.complete(line).then(
          ([names, replaced]) => done(null, [names, replaced]),
          () => done(null, [[], line]),
        );
      },
    });
    this.#server = server;
    // In place of node's own, which tells of every assignment.
    Object.defineProperty(globalThis, "_", { value: undefined, writable: true, configurable: true });
    (server as REPLServer & { history: string[] }).history = history.map(marked);
    defineCommands(server, this);
    const terminate = (): void => {
      this.#termination.abort(new AbortError("Terminated"));
      server.close();
    };
    for (const event of TERMINATIONS) process.on(event, terminate);
    stdin.on("error", terminate);
    try {
      await new Promise((resolve) => server.once("exit", resolve));
      await this.#queue;
      return this.#termination.signal.aborted ? "terminated" : "left";
    } finally {
      for (const event of TERMINATIONS) process.off(event, terminate);
      stdout.write(bracketedPaste.off);
      process.off("unhandledRejection", report);
      process.off("uncaughtException", report);
      stdin.unpipe(filter);
      stdin.pause();
      stdin.off("error", terminate);
      shell.close();
      await appendHistory(historyFile, this.#typed);
    }
  }

  /** `context/namespace> ` */
  promptText(): string {
    const text = `${this.k8s.context}/${this.k8s.namespace === "*" ? "all namespaces" : this.k8s.namespace}`;
    return this.options.color ? `\u001b[36m${text}\u001b[39m> ` : `${text}> `;
  }

  /** Goes over to another handle. */
  use(k8s: Cluster): void {
    this.k8s = k8s;
    Object.assign(globalThis, { k8s: k8s.under(() => this.#signal) });
    this.#server?.setPrompt(this.promptText());
  }

  /** Prints a line above the one that is being typed. */
  print(text: string): void {
    if (this.#termination.signal.aborted) return;
    this.#clearLine();
    this.options.stdout.write(`${text}\n`);
    if (!this.#running) this.#server?.displayPrompt(true);
  }

  /** Evaluates text as if it were typed; for `.load`. */
  async load(text: string, name: string): Promise<void> {
    let evaluation: Evaluation;
    try {
      evaluation = prepare(text, name);
    } catch (error) {
      this.print(this.#errorText(error));
      return;
    }
    await this.#enqueue(text, evaluation);
  }

  /** Notes a dot command in the history. */
  noteTyped(line: string): void {
    this.#typed.push(line);
  }

  #clearLine(): void {
    cursorTo(this.options.stdout, 0);
    clearLine(this.options.stdout, 0);
  }

  #installGlobals($: ReturnType<typeof createShell>["$"]): void {
    const log = createLog((line) => this.print(line), this.options.color);
    const args = { _: this.options.words };
    installGlobals(createGlobals({ k8s: this.k8s, $, log, args, signal: () => this.#signal }));
  }

  #evaluate(text: string, done: (error: Error | null, result: unknown) => void): void {
    const source = unmarked(text).replace(/\n$/, "");
    if (source.trim() === "") {
      done(null, undefined);
      return;
    }
    let evaluation: Evaluation;
    try {
      evaluation = prepare(source, "prompt");
    } catch (error) {
      if (error instanceof SourceError && error.incomplete) {
        done(new Recoverable(error), undefined);
        return;
      }
      this.#typed.push(source);
      this.#enqueueWork(async () => this.options.stdout.write(`${this.#errorText(error, source)}\n`)).then(() =>
        done(null, undefined),
      );
      return;
    }
    this.#typed.push(source);
    this.#enqueue(source, evaluation).then(() => done(null, undefined));
  }

  #enqueue(source: string, evaluation: Evaluation): Promise<void> {
    return this.#enqueueWork(() => this.#runLine(source, evaluation));
  }

  /** Lines that come in one go, pasted or typed ahead, run one after the other. */
  #enqueueWork(work: () => Promise<unknown>): Promise<void> {
    const waits = this.#pending > 0;
    this.#pending += 1;
    this.#queue = this.#queue.then(async () => {
      // The line before has shown the prompt again by now.
      if (waits) this.#clearLine();
      await work();
      this.#pending -= 1;
    });
    return this.#queue;
  }

  async #runLine(source: string, evaluation: Evaluation): Promise<void> {
    const interrupt = listenForInterrupt(process, this.#termination.signal);
    this.#signal = interrupt.signal;
    this.#running = true;
    forgetDeeds();
    this.options.onRunning?.(true);
    this.#release();
    const late = (error: unknown): void => {
      if (!isBareInterruption(error)) this.print(this.#errorText(error));
    };
    try {
      const { value } = await evaluation.run({
        name: "prompt",
        signal: interrupt.signal,
        late,
        folder: `${this.options.cwd}/`,
        breakOnSigint: true,
      });
      const settled = await endedOrAborted(value, interrupt.signal, { late });
      Object.assign(globalThis, { _: settled });
      await this.#show(settled, interrupt.signal);
      const hints = hintsAfter({ source, evaluation, value: settled }, this.#hintContext());
      for (const hint of hints) this.options.stdout.write(`${this.#dim(hint)}\n`);
      this.transcript.add(source, evaluation, isPromise(value));
    } catch (error) {
      const bare = isBareInterruption(error) || (interrupt.signal.aborted && !isKubescriptError(error));
      this.options.stdout.write(bare ? `${this.#dim("interrupted")}\n` : `${this.#errorText(error, source)}\n`);
    } finally {
      interrupt.done();
      this.#running = false;
      this.options.onRunning?.(false);
      this.#hold();
    }
  }

  async #show(value: unknown, signal: AbortSignal): Promise<void> {
    const { stdout, color, now } = this.options;
    const settings = { format: { type: "table", wide: false } as const, color, now: now(), quoted: true };
    if (isLive(value)) {
      await printLive(value, { ...settings, signal }, stdout);
      return;
    }
    const text = await render(value, settings);
    if (text !== undefined) stdout.write(`${text}\n`);
  }

  /** Lets the terminal turn Ctrl-C into a signal while code runs. */
  #release(): void {
    this.#server?.pause();
    this.options.stdin.setRawMode?.(false);
  }

  #hold(): void {
    this.options.stdin.setRawMode?.(true);
    this.#server?.resume();
  }

  #errorText(error: unknown, source = ""): string {
    const text = errorText(error, { color: this.options.color });
    const hint = hintAt(error, source, this.#hintContext());
    return hint === undefined ? text : `${text}\n${this.#dim(`  ${hint}`)}`;
  }

  #hintContext(): HintContext {
    return { k8s: this.k8s, global: globalValue };
  }

  #dim(text: string): string {
    return this.options.color ? `\u001b[2m${text}\u001b[22m` : text;
  }
}

function globalValue(name: string): unknown {
  return (globalThis as Record<string, unknown>)[name];
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
