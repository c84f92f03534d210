import { CONNECTION_FLAGS } from "../config/connection-flags.ts";
import { nearest } from "../core/nearest.ts";
import { UsageError } from "../errors.ts";
import { errorText } from "../runtime/error-text.ts";
import { EXIT, exitCodeOf } from "../runtime/exit-code.ts";
import { allFlags, type Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CLUSTER_FLAGS, type Flag, OUTPUT_FLAG, parseFlags, unknownFlag } from "./flags.ts";
import { columnsOf, hasColor, type Terminal, write } from "./terminal.ts";

/** Runs the command that a line names, on this process, and ends it with the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // `| head` closes early, and so does a window: what nobody reads is nobody's loss. What goes on printing is ended by its
  // Interruption.
  for (const output of [process.stdout, process.stderr]) {
    output.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
  const terminal: Terminal = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    now: Date.now,
  };
  const code = await dispatch(argv, terminal);
  await Promise.all([write(process.stdout, ""), write(process.stderr, "")]);
  // Sockets that are still being closed, and timers of a script that has ended, keep no one waiting.
  process.exit(code);
}

/** Runs the command that a line names and resolves to the exit code; failures are told on stderr. */
export async function dispatch(line: readonly string[], terminal: Terminal): Promise<number> {
  try {
    // `help COMMAND`, as other tools have it.
    const argv = line[0] === "help" ? [...line.slice(1), "--help"] : line;
    const { name, words } = commandOf(argv);
    if (name === undefined && wantsHelp(argv)) {
      const { generalHelp } = await import("./help.ts");
      await writeHelp(generalHelp(), terminal);
      return EXIT.done;
    }
    const command = await load(name ?? "prompt");
    const flags = allFlags(command);
    if (wantsHelp(command.stopAtFirst ? beforeScript(words, flags) : words)) {
      const { commandHelp } = await import("./help.ts");
      await writeHelp(commandHelp(command), terminal);
      return EXIT.done;
    }
    const parsed = parseFlags(words, { flags, stopAtFirst: command.stopAtFirst ?? false });
    return await command.run({ ...parsed, terminal });
  } catch (error) {
    await write(terminal.stderr, `${errorText(error, { color: hasColor(terminal, "stderr") })}\n`);
    return exitCodeOf(error);
  }
}

async function writeHelp(text: string, { stdout }: Terminal): Promise<void> {
  const { wrapText } = await import("./wrap-text.ts");
  const columns = columnsOf(stdout);
  await write(stdout, `${columns === undefined ? text : wrapText(text, columns)}\n`);
}

/** Splits off the first word that is no flag or a flag's value: the command. */
function commandOf(argv: readonly string[]): { readonly name: string | undefined; readonly words: readonly string[] } {
  const global: Flag[] = [OUTPUT_FLAG, ...CLUSTER_FLAGS, ...CONNECTION_FLAGS];
  const index = firstPositional(argv, global);
  if (index === -1) return { name: undefined, words: argv };
  const before = argv.slice(0, index).find((word) => word.startsWith("--") && word !== "--" && !isKnown(word, global));
  // The word behind an option that does not exist is likely its value, not a command.
  if (before !== undefined && !COMMANDS.some((one) => one.name === argv[index])) throw unknownFlag(before, global);
  return { name: argv[index], words: [...argv.slice(0, index), ...argv.slice(index + 1)] };
}

function isKnown(word: string, flags: readonly Flag[]): boolean {
  return flags.some(({ name }) => word === `--${name}` || word.startsWith(`--${name}=`));
}

function firstPositional(argv: readonly string[], flags: readonly Flag[]): number {
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "--") return index + 1 < argv.length ? index + 1 : -1;
    if (!word.startsWith("-") || word === "-") return index;
    const flag = flags.find(({ name, short }) => word === `--${name}` || word === `-${short}`);
    if (flag?.type === "string") index += 1;
  }
  return -1;
}

function beforeScript(words: readonly string[], flags: readonly Flag[]): readonly string[] {
  const index = firstPositional(words, flags);
  return index === -1 ? words : words.slice(0, index);
}

function wantsHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === "--help" || word === "-h");
}

async function load(name: string): Promise<Command> {
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry !== undefined) return (await entry.load()).command;
  const near = nearest(
    name,
    COMMANDS.map((one) => one.name),
  );
  throw new UsageError("USAGE", `Unknown command "${name}"`, {
    hint: near === undefined ? "See kubescript --help for the commands." : `Did you mean "${near}"?`,
  });
}
