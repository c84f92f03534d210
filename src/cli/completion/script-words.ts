import { importModule } from "../../runtime/modules.ts";
import { isRecipe, type Recipe } from "../../runtime/recipe.ts";
import { recipeFiles, recipeName } from "../../runtime/run-script.ts";
import { describeArguments } from "../../runtime/script-arguments.ts";
import type { Asked, Offer, Suggestion } from "./suggestion.ts";

/** In a script's place: files, and the recipes that come along; behind a recipe what it declares. */
export async function scriptWords({ positionals, current }: Asked): Promise<Offer> {
  const [name, ...given] = positionals;
  if (name === undefined) return { suggestions: await recipes(), files: true };
  // Only a recipe that comes along: another file is code that nobody asked to run yet.
  const file = recipeFiles().find((one) => recipeName(one) === name);
  const recipe = file === undefined ? undefined : await importRecipe(file);
  const words = describeArguments(recipe?.args ?? {});
  const free = words.filter(({ flag }) => !given.includes(flag));
  const suggestions = free.map(({ flag, text }) => ({ value: flag, description: text }));
  return { suggestions: current.startsWith("-") ? suggestions : [], files: !current.startsWith("-") };
}

async function recipes(): Promise<Suggestion[]> {
  return Promise.all(
    recipeFiles().map(async (file) => ({
      value: recipeName(file),
      description: (await importRecipe(file))?.description,
    })),
  );
}

async function importRecipe(file: string): Promise<Recipe | undefined> {
  const { default: exported } = await importModule(file, { from: file });
  return isRecipe(exported) ? exported : undefined;
}
