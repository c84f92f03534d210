import { formatYamlDocuments } from "../../core/yaml.ts";
import { UsageError } from "../../errors.ts";
import { findScript, recipeName } from "../../runtime/run-script.ts";
import { accessRules } from "../../schedule/access-rules.ts";
import { escalationNote } from "../../schedule/granting-access.ts";
import { rightsManifests } from "../../schedule/manifests.ts";
import type { Command } from "../command.ts";
import { scriptWords } from "../completion/script-words.ts";
import { openSession } from "../session.ts";
import { write } from "../terminal.ts";
import { tellFailure, tellUntried, trialExitCode, trialRun } from "../trial-run.ts";

export const command: Command = {
  usage: "permissions FILE|RECIPE [-- ARGS]",
  description: `Runs a script with every write as a dry run, watches what it asks of the server, and prints the Roles and
ClusterRoles that grant just that. Branches that this run did not take are not seen.

  kubescript permissions cleanup.ts -n ops -- --older-than 48h`,
  flags: [
    { name: "name", type: "string", placeholder: "NAME", description: "name of the roles; default the file's" },
    { name: "trial-timeout", type: "string", placeholder: "DURATION", description: "end the run after; default 30s" },
  ],
  connects: true,
  prints: true,
  offer: scriptWords,
  async run({ values, positionals, terminal }) {
    const [script, ...words] = positionals;
    if (script === undefined) {
      throw new UsageError("USAGE", "Cannot find the permissions: there is no script", {
        hint: "kubescript permissions FILE.",
      });
    }
    const file = findScript(script, terminal.cwd);
    const format = outputOf(values.output);
    const trial = await trialRun(values, terminal, { file, words });
    const untried = await tellUntried(trial, terminal);
    if (untried !== undefined) return untried;
    await tellFailure(trial, terminal);
    const session = await openSession(values, terminal);
    const name = typeof values.name === "string" ? values.name : recipeName(file);
    const rules = accessRules(trial.accesses);
    const roles = rightsManifests(name, session.k8s.namespace, rules);
    await session.close();
    const text =
      format === "json"
        ? `${JSON.stringify({ apiVersion: "v1", kind: "List", items: roles }, null, 2)}\n`
        : formatYamlDocuments(roles);
    await write(terminal.stdout, text);
    const note = escalationNote(rules);
    if (note !== undefined) await write(terminal.stderr, `${note}\n`);
    return trialExitCode(trial);
  },
};

function outputOf(output: unknown): "yaml" | "json" {
  if (output === undefined || output === "yaml") return "yaml";
  if (output === "json") return "json";
  throw new UsageError("USAGE", `Cannot print roles as "${String(output)}"`, { hint: "Use yaml or json." });
}
