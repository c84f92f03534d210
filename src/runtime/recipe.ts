import type { Cluster } from "./cluster.ts";
import type { Log } from "./log.ts";

/** What an argument holds after it was read: a duration is milliseconds, a quantity its number. */
export interface ArgumentTypes {
  string: string;
  number: number;
  boolean: boolean;
  duration: number;
  quantity: number;
}

/** One declared argument; given as `--older-than 24h` (or `--olderThan`). */
export interface ArgumentSpec {
  readonly type: keyof ArgumentTypes;
  /** Also as it would be typed: `"24h"`. Makes the argument optional. */
  readonly default?: string | number | boolean;
  /** It may be left out and is then undefined. Default false. A boolean left out is false. */
  readonly optional?: boolean;
  /** It may also be given by its place, without its name. Default false. */
  readonly positional?: boolean;
  readonly description?: string;
}

/** Declared arguments by name. */
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;

/** The values of declared arguments. */
export type ArgumentValues<S extends ArgumentSpecs> = {
  readonly [K in keyof S]: S[K] extends { readonly optional: true }
    ? S[K] extends { readonly default: string | number | boolean }
      ? ArgumentTypes[S[K]["type"]]
      : ArgumentTypes[S[K]["type"]] | undefined
    : ArgumentTypes[S[K]["type"]];
};

/** What a recipe's `run` is given. */
export interface RecipeContext<S extends ArgumentSpecs = ArgumentSpecs> {
  readonly k8s: Cluster;
  readonly args: ArgumentValues<S>;
  readonly log: Log;
  /** Aborted when the run is interrupted or out of time. */
  readonly signal: AbortSignal;
}

/** What {@link recipe} is given. */
export interface RecipeDefinition<S extends ArgumentSpecs, R> {
  /** One sentence, shown in lists and help. */
  readonly description: string;
  readonly args?: S;
  /** What it returns is printed. */
  run(context: RecipeContext<S>): Promise<R> | R;
}

/** A script that says what it is and what it takes. */
export interface Recipe<S extends ArgumentSpecs = ArgumentSpecs, R = unknown> extends RecipeDefinition<S, R> {
  readonly args: S;
  readonly [recipeBrand]: true;
}

const recipeBrand: unique symbol = Symbol.for("kubescript.recipe") as typeof recipeBrand;

/** Declares a recipe: the default export of its file. */
export function recipe<const S extends ArgumentSpecs = Record<never, never>, R = unknown>(
  definition: RecipeDefinition<S, R>,
): Recipe<S, R> {
  return { ...definition, args: definition.args ?? ({} as S), [recipeBrand]: true };
}

/** Whether a module's default export is a recipe, also one made by another copy of this module. */
export function isRecipe(value: unknown): value is Recipe {
  return typeof value === "object" && value !== null && recipeBrand in value;
}
