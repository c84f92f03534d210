import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import { importModule } from "../../runtime/modules.ts";
import { isRecipe, type Recipe } from "../../runtime/recipe.ts";
import { findScript, loadScript, recipeName, runRecipe } from "../../runtime/run-script.ts";
import { argumentFlags, argumentHelp, parsePlainArguments } from "../../runtime/script-arguments.ts";
import { allFlags, type Command, type Invocation } from "../command.ts";
import { scriptWords } from "../completion/script-words.ts";
import { parseFlags, splitScriptFlags } from "../flags.ts";
import { runWithGlobals, type ScriptSurroundings, TIMEOUT_FLAG } from "../script-session.ts";
import { write } from "../terminal.ts";

export const command: Command = {
  usage: "run FILE|NAME|- [ARGS]",
  description: `Runs a script: a .ts or .js file, a recipe that comes along by its name, or standard input.
What stands behind the name is the script's, except the options of the connection that the script does not declare;
behind -- everything is.

  kubescript run cleanup.ts --older-than 48h
  kubescript run cluster-report
  echo 'await k8s.pods.list()' | kubescript run -`,
  flags: [TIMEOUT_FLAG],
  connects: true,
  prints: true,
  stopAtFirst: true,
  offer: scriptWords,
  async run(invocation) {
    const [name] = invocation.positionals;
    if (name === undefined) {
      throw new UsageError("USAGE", "Cannot run: there is no script", {
        hint: "kubescript run FILE, or a recipe's name.",
      });
    }
    return name === "-" ? runInput(invocation) : runFile(name, invocation);
  },
};

async function runFile(name: string, invocation: Invocation): Promise<number> {
  const { rest, terminal } = invocation;
  const file = findScript(name, terminal.cwd);
  // A file that declares itself a recipe does nothing while it is imported, so its arguments can be known beforehand.
  const recipe = mayBeRecipe(file) ? await importRecipe(file) : undefined;
  if (recipe !== undefined && asksForHelp(rest)) return showHelp(file, recipe, invocation);
  const { values, script } = split(invocation, recipe === undefined ? [] : argumentFlags(recipe.args));
  const args = recipe === undefined ? parsePlainArguments(script) : {};
  return runWithGlobals(values, terminal, args, async (surroundings) => {
    if (recipe !== undefined) return runRecipe(recipe, { ...surroundings, words: script });
    const loaded = await loadScript(file);
    return loaded.type === "recipe" ? runRecipe(loaded.recipe, { ...surroundings, words: script }) : loaded.value;
  });
}

/** Standard input is evaluated as the prompt does: its last expression, or its default export, is the result. */
async function runInput(invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const { prepare } = await import("../../repl/evaluate.ts");
  const name = "[stdin]";
  const evaluation = prepare(await text(terminal.stdin), name);
  const { values, script } = split(invocation, []);
  const args = parsePlainArguments(script);
  return runWithGlobals(values, terminal, args, async (surroundings: ScriptSurroundings) => {
    const { value } = await evaluation.run({
      name,
      signal: surroundings.signal,
      folder: `${terminal.cwd}/`,
      tidies: true,
    });
    return isRecipe(value) ? runRecipe(value, { ...surroundings, words: script }) : value;
  });
}

function mayBeRecipe(file: string): boolean {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (cause) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${file}`, { cause });
  }
  return /\brecipe\b/.test(source) && /\bexport\s+default\b/.test(source);
}

async function importRecipe(file: string): Promise<Recipe | undefined> {
  const module = await importModule(file, { from: file });
  return isRecipe(module.default) ? module.default : undefined;
}

/** The options that are ours, before and behind the script's name, and the words that are the script's. */
function split(
  invocation: Invocation,
  declared: readonly string[],
): { values: Invocation["values"]; script: readonly string[] } {
  const flags = allFlags(command).filter(({ name }) => name !== "help");
  const { own, script } = splitScriptFlags(invocation.rest, flags, declared);
  return { values: { ...invocation.values, ...parseFlags(own, { flags }).values }, script };
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return words.slice(0, end === -1 ? undefined : end).includes("--help");
}

async function showHelp(file: string, recipe: Recipe, { terminal }: Invocation): Promise<number> {
  const lines = argumentHelp(recipe.args);
  const name = recipeName(file);
  const parts = [`Usage: kubescript run ${name} [ARGS]`, "", recipe.description];
  await write(
    terminal.stdout,
    `${[...parts, ...(lines.length === 0 ? [] : ["", "Arguments:", ...lines])].join("\n")}\n`,
  );
  return EXIT.done;
}
