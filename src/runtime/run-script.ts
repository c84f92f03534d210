import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import type { Cluster } from "./cluster.ts";
import type { Log } from "./log.ts";
import { importModule } from "./modules.ts";
import { packageRoot } from "./package-root.ts";
import { type ArgumentSpecs, type ArgumentValues, isRecipe, type Recipe } from "./recipe.ts";
import { parseDeclaredArguments } from "./script-arguments.ts";

/** A script that was imported. Importing a plain one has already run it. */
export type LoadedScript =
  | { readonly type: "recipe"; readonly recipe: Recipe }
  | { readonly type: "plain"; readonly value: unknown };

/**
 * The file of a script or, by its bare name, of a recipe that comes along. Throws UsageError with the recipes' names.
 * @param action what shall be done with it, for the error
 */
export function findScript(name: string, folder: string, action = "run"): string {
  const file = path.resolve(folder, name);
  if (existsSync(file)) {
    requireScript(name, file, action);
    return file;
  }
  const recipe = recipeFiles().find((one) => recipeName(one) === name);
  if (recipe !== undefined) return recipe;
  const names = recipeFiles().map(recipeName);
  throw new UsageError("INVALID_INPUT", `Cannot ${action} ${name}: there is no such file and no such recipe`, {
    hint: names.length === 0 ? "Give the path of a .ts or .js file." : `Recipes are ${names.join(", ")}.`,
  });
}

function requireScript(name: string, file: string, action: string): void {
  const what = statSync(file).isDirectory()
    ? "a directory"
    : /\.[cm]?[jt]s$/.test(file)
      ? undefined
      : "no .ts or .js file";
  if (what === undefined) return;
  throw new UsageError("INVALID_INPUT", `Cannot ${action} ${name}: it is ${what}`, {
    hint: "Give the path of a .ts or .js file; code of any other origin can be piped into kubescript run -.",
  });
}

/** Files of the recipes that come with the package. */
export function recipeFiles(): string[] {
  const folder = fileURLToPath(new URL("recipes/", packageRoot().url));
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /\.m?[tj]s$/.test(file))
    .sort()
    .map((file) => path.join(folder, file));
}

/** What a recipe is called by: its file without the ending. */
export function recipeName(file: string): string {
  return path.basename(file).replace(/\.m?[tj]s$/, "");
}

/** Imports a script. The globals must be in place: a plain script runs while it is imported. */
export async function loadScript(file: string): Promise<LoadedScript> {
  const module = await importModule(`./${path.basename(file)}`, { from: `${path.dirname(path.resolve(file))}/` });
  const { default: exported } = module;
  if (isRecipe(exported)) return { type: "recipe", recipe: exported };
  if (typeof exported === "function") {
    throw new UsageError("INVALID_INPUT", `Cannot run ${file}: its default export is a function, not a recipe`, {
      hint: 'Wrap it: export default recipe({ description: "…", async run({ k8s, args, log, signal }) { … } }).',
    });
  }
  return { type: "plain", value: exported };
}

/** What a recipe runs with. */
export interface RunRecipeOptions {
  readonly k8s: Cluster;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Words of the command line that are the recipe's. */
  readonly words: readonly string[];
}

/** Reads the arguments as declared and runs the recipe. Throws UsageError for arguments, else what the recipe throws. */
export async function runRecipe<S extends ArgumentSpecs, R>(
  recipe: Recipe<S, R>,
  { k8s, log, signal, words }: RunRecipeOptions,
): Promise<R> {
  const args = parseDeclaredArguments(words, recipe.args) as ArgumentValues<S>;
  return recipe.run({ k8s: k8s.under(() => signal), args, log, signal });
}
