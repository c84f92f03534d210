import { styleText } from "node:util";
import { UsageError } from "../../errors.ts";
import { diffText } from "../../repl/render/diff.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import { findScript } from "../../runtime/run-script.ts";
import type { Command } from "../command.ts";
import { scriptWords } from "../completion/script-words.ts";
import { countedChanges, type PlannedChange, plannedChanges } from "../planned-change.ts";
import { printResult, resultFormat } from "../print-result.ts";
import { hasColor, write } from "../terminal.ts";
import { tellFailure, tellUntried, trialExitCode, trialRun } from "../trial-run.ts";

export const command: Command = {
  usage: "plan FILE|RECIPE [-- ARGS]",
  description: `Runs a script with every write as a dry run: the server validates it and stores nothing. Prints what would
change, object by object, the values of Secrets masked. What a script makes is not there for what follows, so one that
waits for it ends early, and says so.

  kubescript plan cleanup.ts
  kubescript plan cleanup.ts --exit-code      4 when there are changes`,
  flags: [
    { name: "exit-code", type: "boolean", description: "exit with 4 when something would change" },
    { name: "trial-timeout", type: "string", placeholder: "DURATION", description: "end the run after; default 30s" },
  ],
  connects: true,
  prints: true,
  offer: scriptWords,
  async run({ values, positionals, terminal }) {
    const [script, ...words] = positionals;
    if (script === undefined) {
      throw new UsageError("USAGE", "Cannot plan: there is no script", { hint: "kubescript plan FILE." });
    }
    const how = resultFormat(values, terminal);
    const trial = await trialRun(values, terminal, { file: findScript(script, terminal.cwd, "plan"), words });
    const untried = await tellUntried(trial, terminal);
    if (untried !== undefined) return untried;
    const changes = trial.writes.flatMap(plannedChanges);
    if (how.chosen && how.format.type !== "table") await printResult(changes, how, terminal);
    else await write(terminal.stdout, planText(changes, hasColor(terminal, "stdout")));
    await tellFailure(trial, terminal);
    if (trial.failure !== undefined) return trialExitCode(trial);
    return values["exit-code"] === true && changes.some(({ action }) => action !== "nothing")
      ? EXIT.changes
      : EXIT.done;
  },
};

function planText(changes: readonly PlannedChange[], color: boolean): string {
  const paint = (style: "green" | "red" | "yellow" | "dim", text: string): string =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const styles = { create: "green", change: "yellow", delete: "red", evict: "red", nothing: "dim" } as const;
  const parts = changes.map(({ action, kind, namespace, name, method, path, diff }) => {
    const what = name === "" ? `${method} ${path}` : `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
    const shown = diff === "" || action === "delete" ? "" : `${diffText(diff, color)}\n`;
    return `${paint(styles[action], `${action} ${what}`)}\n${shown}`;
  });
  return `${parts.join("")}${countedChanges(changes)}\n`;
}
