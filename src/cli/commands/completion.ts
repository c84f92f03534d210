import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { Command, Invocation } from "../command.ts";
import { complete } from "../completion/complete.ts";
import { SHELL_SCRIPTS, type Shell } from "../completion/shell-scripts.ts";
import { suggest } from "../completion/suggestion.ts";
import { preferQuickExit } from "../quick-exit.ts";
import { write } from "../terminal.ts";

const SHELLS = Object.keys(SHELL_SCRIPTS) as Shell[];

export const command: Command = {
  usage: `completion ${SHELLS.join("|")}`,
  description: `Prints the script that makes a shell complete kubescript's commands, options, recipes and their arguments,
contexts, namespaces and schedules.

  source <(kubescript completion bash)           this shell; in ~/.bashrc every one
  source <(kubescript completion zsh)            behind compinit, in ~/.zshrc
  kubescript completion fish > ~/.config/fish/completions/kubescript.fish`,
  flags: [
    {
      name: "line",
      type: "string",
      placeholder: "LINE",
      description: "what those scripts ask: offers for a line's end, each with a tab and what it is",
    },
  ],
  connects: false,
  prints: false,
  offer: ({ positionals }) => suggest(positionals.length === 0 ? SHELLS : []),
  async run(invocation: Invocation): Promise<number> {
    preferQuickExit();
    const { values, terminal } = invocation;
    const line = values.line;
    await write(terminal.stdout, typeof line === "string" ? await offered(line, invocation) : scriptFor(invocation));
    return EXIT.done;
  },
};

/** A line an offer; `:files` where files of this machine can stand, too. */
async function offered(line: string, { terminal }: Invocation): Promise<string> {
  const { suggestions, files } = await complete(line, terminal);
  const lines = suggestions.map(({ value, description = "" }) => `${value}\t${description}\n`);
  return [...lines, ...(files ? [":files\n"] : [])].join("");
}

function scriptFor({ positionals }: Invocation): string {
  const [name, extra] = positionals;
  const shell = SHELLS.find((one) => one === name);
  if (shell !== undefined && extra === undefined) return SHELL_SCRIPTS[shell];
  const what = name === undefined ? "there is no shell" : `"${extra ?? name}" is none of the shells that are known`;
  throw new UsageError("USAGE", `Cannot print a completion script: ${what}`, {
    hint: `kubescript completion ${SHELLS.join("|")}`,
  });
}
