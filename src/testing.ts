/** What tests of scripts and recipes need: run one on any cluster, usually a sandbox, and look at what it gave. */
import type { Cluster } from "./runtime/cluster.ts";
import { createLog } from "./runtime/log.ts";
import type { ArgumentSpecs, ArgumentValues, Recipe } from "./runtime/recipe.ts";
import { parseDeclaredArguments } from "./runtime/script-arguments.ts";

/** How a recipe is tried. */
export interface RunRecipeForTestOptions {
  readonly k8s: Cluster;
  /** Words of its command line: `["--older-than", "1h"]`. Default none. */
  readonly words?: readonly string[];
  /** Default: never aborted. */
  readonly signal?: AbortSignal;
}

/** What a recipe gave. */
export interface RecipeOutcome<R> {
  readonly result: R;
  /** Lines that it logged. */
  readonly log: readonly string[];
}

/** Reads the words as the recipe declares them and runs it. Rejects with what it throws. */
export async function runRecipe<S extends ArgumentSpecs, R>(
  recipe: Recipe<S, R>,
  options: RunRecipeForTestOptions,
): Promise<RecipeOutcome<R>> {
  const lines: string[] = [];
  const result = await recipe.run({
    k8s: options.k8s,
    args: parseDeclaredArguments(options.words ?? [], recipe.args) as ArgumentValues<S>,
    log: createLog((line) => lines.push(line)),
    signal: options.signal ?? new AbortController().signal,
  });
  return { result, log: lines };
}

export { type OpenClusterOptions, openCluster } from "./runtime/open-cluster.ts";
