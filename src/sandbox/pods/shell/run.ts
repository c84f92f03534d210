import { evaluateArithmetic } from "./arithmetic.ts";
import { date, echo, printf, seq, sleepMs, test } from "./builtins.ts";
import type { Command, List, Word } from "./parse.ts";
import { parseScript, UnknownSyntax } from "./parse.ts";

/** One thing that a simulated process does, and when: milliseconds after its start. */
export type Act =
  | { readonly at: number; readonly type: "print"; readonly text: string }
  | { readonly at: number; readonly type: "exit"; readonly exitCode: number };

export interface ProcessOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch: what `date` starts from. */
  readonly startedAt: number;
  /** How long a program takes that is not known here; undefined: it runs for good. */
  readonly programMs: number | undefined;
}

/** Steps without time passing after which a process is taken to be busy for good. */
const BUSY_STEPS = 20_000;

/** What runs longer than this never ends, as far as anybody will see. */
const HORIZON_MS = 30 * 24 * 3_600_000;

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super();
    this.code = code;
  }
}
class Forever extends Error {}
class LoopJump extends Error {
  readonly kind: "break" | "continue";
  constructor(kind: "break" | "continue") {
    super();
    this.kind = kind;
  }
}

/**
 * What a command line does over time, possibly without end. `sh -c` scripts are interpreted in their common subset;
 * programs that the sandbox does not know take `programMs` and succeed.
 */
export function* runCommand(argv: readonly string[], options: ProcessOptions): Generator<Act> {
  const process = new Process(options);
  try {
    const code = yield* process.program(argv);
    yield { at: process.at, type: "exit", exitCode: code };
  } catch (error) {
    if (error instanceof Exit) yield { at: process.at, type: "exit", exitCode: error.code };
    else if (!(error instanceof Forever)) throw error;
  }
}

type Running = Generator<Act, number>;

class Process {
  at = 0;
  readonly #options: ProcessOptions;
  readonly #variables: Map<string, string>;
  #steps = 0;
  #status = 0;
  #capture: string[] | undefined;
  #background = false;
  #input = "";

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#variables = new Map(Object.entries(options.environment));
  }

  *program(argv: readonly string[]): Running {
    const [path = "", ...args] = argv;
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (++this.#steps > BUSY_STEPS) throw new Forever();
    switch (name) {
      case "sh":
      case "ash":
      case "bash":
      case "dash":
        return yield* this.#shell(args);
      case "exec":
      case "env":
      case "nohup":
      case "time":
        return args.length === 0 ? 0 : yield* this.program(args);
      case "echo":
        return yield* this.#print(echo(args));
      case "printf":
        return yield* this.#print(printf(args));
      case "date":
        return yield* this.#print(date(args, this.#options.startedAt + this.at));
      case "hostname":
        return yield* this.#print(`${this.#variables.get("HOSTNAME") ?? ""}\n`);
      case "seq":
        return yield* this.#print(seq(args));
      case "cat":
      case "tee":
        return this.#input === "" ? yield* this.#unknown() : yield* this.#print(this.#input);
      case "sleep":
        return this.#sleep(args);
      case "test":
        return test(args) ? 0 : 1;
      case "[":
        return test(args.slice(0, -1)) ? 0 : 1;
      case "true":
      case ":":
      case "trap":
      case "set":
      case "cd":
      case "umask":
      case "mkdir":
      case "touch":
      case "rm":
        return 0;
      case "export":
        return this.#export(args);
      case "false":
        return 1;
      case "break":
      case "continue":
        throw new LoopJump(name);
      case "exit":
        throw new Exit(args[0] === undefined ? this.#status : Number(args[0]) & 255);
      case "wait":
        return this.#background ? yield* this.#unknown() : 0;
      default:
        return yield* this.#unknown();
    }
  }

  // biome-ignore lint/correctness/useYield: yields as every other program may
  *#unknown(): Running {
    const { programMs } = this.#options;
    if (programMs === undefined) throw new Forever();
    this.#pass(programMs);
    return 0;
  }

  *#shell(args: readonly string[]): Running {
    const flag = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
    const source = flag < 0 ? undefined : args[flag + 1];
    if (source === undefined) return yield* this.#unknown();
    let script: List;
    try {
      script = parseScript(source);
    } catch (error) {
      if (error instanceof UnknownSyntax) return yield* this.#unknown();
      throw error;
    }
    return yield* this.#list(script);
  }

  #sleep(args: readonly string[]): number {
    const times = args.map(sleepMs);
    if (times.length === 0 || times.some((ms) => ms === undefined)) return 1;
    this.#pass(times.reduce<number>((sum, ms) => sum + (ms ?? 0), 0));
    return 0;
  }

  #pass(ms: number): void {
    if (ms > 0) this.#steps = 0;
    this.at += ms;
    if (this.at > HORIZON_MS) throw new Forever();
  }

  #export(args: readonly string[]): number {
    for (const arg of args) {
      const equals = arg.indexOf("=");
      if (equals > 0) this.#variables.set(arg.slice(0, equals), arg.slice(equals + 1));
    }
    return 0;
  }

  *#print(text: string): Running {
    if (this.#capture !== undefined) this.#capture.push(text);
    else if (text !== "") yield { at: this.at, type: "print", text };
    return 0;
  }

  *#list(list: List): Running {
    let skip: "&&" | "||" | undefined;
    for (const { command, then } of list) {
      const skipped = (skip === "&&" && this.#status !== 0) || (skip === "||" && this.#status === 0);
      if (then === "&") this.#background = true;
      else if (!skipped) this.#status = yield* this.#command(command);
      skip = then === "&&" || then === "||" ? then : undefined;
    }
    return this.#status;
  }

  *#command(command: Command): Running {
    switch (command.type) {
      case "simple":
        return yield* this.#simple(command);
      case "group":
        return yield* this.#list(command.body);
      case "pipe":
        return yield* this.#pipe(command.commands);
      case "if":
        for (const { condition, body } of command.branches) {
          if ((yield* this.#list(condition)) === 0) return yield* this.#list(body);
        }
        this.#status = 0;
        return yield* this.#list(command.otherwise);
      case "for": {
        const values: string[] = [];
        for (const word of command.words) values.push(...(yield* this.#expand(word)));
        for (const value of values) {
          this.#variables.set(command.name, value);
          if (yield* this.#iteration(command.body)) break;
        }
        return this.#status;
      }
      case "loop":
        for (;;) {
          if (++this.#steps > BUSY_STEPS) throw new Forever();
          if (((yield* this.#list(command.condition)) === 0) === command.until) return 0;
          if (yield* this.#iteration(command.body)) return 0;
        }
    }
  }

  /** True when the loop is left. */
  *#iteration(body: List): Generator<Act, boolean> {
    try {
      yield* this.#list(body);
      return false;
    } catch (error) {
      if (!(error instanceof LoopJump)) throw error;
      return error.kind === "break";
    }
  }

  *#simple({ assignments, words, silent }: Command & { type: "simple" }): Running {
    for (const [name, word] of assignments) this.#variables.set(name, (yield* this.#expand(word)).join(" "));
    const argv: string[] = [];
    for (const word of words) argv.push(...(yield* this.#expand(word)));
    if (argv.length === 0) return 0;
    if (!silent) return yield* this.program(argv);
    return (yield* this.#captured(this.program(argv))).status;
  }

  *#pipe(commands: readonly Command[]): Running {
    for (const command of commands.slice(0, -1)) {
      this.#input = (yield* this.#captured(this.#command(command))).text;
    }
    const last = commands.at(-1);
    const status = last === undefined ? 0 : yield* this.#command(last);
    this.#input = "";
    return status;
  }

  *#captured(running: Running): Generator<Act, { status: number; text: string }> {
    const outer = this.#capture;
    const text: string[] = [];
    this.#capture = text;
    try {
      const status = yield* running;
      return { status, text: text.join("") };
    } finally {
      this.#capture = outer;
    }
  }

  *#expand(word: Word): Generator<Act, string[]> {
    const fields: string[] = [""];
    let quoted = false;
    for (const part of word) {
      let value: string;
      switch (part.type) {
        case "text":
          value = part.text;
          break;
        case "variable":
          value = this.#variable(part.name) || part.fallback;
          break;
        case "arithmetic":
          value = String(evaluateArithmetic(part.expression, (name) => this.#variable(name)));
          break;
        case "command":
          value = (yield* this.#captured(this.#list(parseScript(part.source)))).text.replace(/\n+$/, "");
          break;
      }
      quoted ||= "quoted" in part && part.quoted;
      const splits = (part.type === "variable" || part.type === "command") && !part.quoted;
      const [first = "", ...more] = splits ? value.split(/\s+/) : [value];
      fields[fields.length - 1] += first;
      fields.push(...more);
    }
    return quoted ? fields : fields.filter((field) => field !== "");
  }

  #variable(name: string): string {
    if (name === "?") return String(this.#status);
    if (name === "$") return "1";
    return this.#variables.get(name) ?? "";
  }
}
