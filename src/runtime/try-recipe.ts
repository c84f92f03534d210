import type { Cluster } from "./cluster.ts";
import { createLog } from "./log.ts";
import type { ArgumentSpecs, Recipe } from "./recipe.ts";
import { runRecipe } from "./run-script.ts";

/** How a recipe is tried. */
export interface TryRecipeOptions {
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

/**
 * Runs a recipe as the command line would, its words read as it declares them. Rejects with UsageError for words that
 * it does not take, else with what it throws.
 *
 * @example
 * const sandbox = await startSandbox();
 * const k8s = await openCluster({ kubeconfig: sandbox.kubeconfig });
 * const { result } = await tryRecipe(cleanup, { k8s, words: ["--older-than", "1h"] });
 */
export async function tryRecipe<S extends ArgumentSpecs, R>(
  recipe: Recipe<S, R>,
  { k8s, words = [], signal = new AbortController().signal }: TryRecipeOptions,
): Promise<RecipeOutcome<R>> {
  const log: string[] = [];
  const result = await runRecipe(recipe, { k8s, words, signal, log: createLog((line) => log.push(line)) });
  return { result, log };
}
