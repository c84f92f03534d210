import { CONNECTION_FLAGS } from "../config/connection-flags.ts";
import { allFlags, type Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CLUSTER_FLAGS, type Flag } from "./flags.ts";

/** What `kubescript --help` prints. */
export function generalHelp(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    "kubescript: a scriptable prompt and automation runtime for the Kubernetes API",
    "",
    "Usage: kubescript [COMMAND] [OPTIONS]",
    "",
    "Commands:",
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "Options of commands that talk to a cluster:",
    ...flagLines([...CLUSTER_FLAGS, ...CONNECTION_FLAGS]),
    "",
    "  -h, --help     this help; with a command, its own",
    "  -V, --version  the version",
    "",
    "Exit codes: 0 done, 1 the script failed, 2 usage, 3 cannot reach or log in, 4 plan found changes,",
    "124 timed out, 130 interrupted, 143 terminated",
  ].join("\n");
}

/** What `kubescript COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const own = new Set<Flag>([...CLUSTER_FLAGS, ...CONNECTION_FLAGS]);
  const flags = allFlags(command);
  return [
    `Usage: kubescript ${command.usage}`,
    "",
    command.description,
    "",
    "Options:",
    ...flagLines(flags.filter((flag) => !own.has(flag))),
    ...(command.connects ? ["", "Connection:", ...flagLines([...CLUSTER_FLAGS, ...CONNECTION_FLAGS])] : []),
  ].join("\n");
}

function flagLines(flags: readonly Flag[]): string[] {
  const named = flags.map((flag) => {
    const short = flag.short === undefined ? "    " : `-${flag.short}, `;
    const value =
      flag.placeholder === undefined ? "" : flag.optionalValue ? `[=${flag.placeholder}]` : ` ${flag.placeholder}`;
    return { text: `${short}--${flag.name}${value}`, description: flag.description };
  });
  const width = Math.max(...named.map(({ text }) => text.length));
  return named.map(({ text, description }) => `  ${text.padEnd(width)}  ${description}`);
}
