import { EXIT } from "../../runtime/exit-code.ts";
import { importModule } from "../../runtime/modules.ts";
import { isRecipe } from "../../runtime/recipe.ts";
import { recipeFiles, recipeName } from "../../runtime/run-script.ts";
import type { Command } from "../command.ts";
import { printResult, resultFormat } from "../print-result.ts";

export const command: Command = {
  usage: "recipes",
  description: "Lists the recipes that come along; `kubescript run NAME --help` tells what one takes.",
  flags: [],
  connects: false,
  prints: true,
  async run({ values, terminal }) {
    const rows = await Promise.all(
      recipeFiles().map(async (file) => {
        const { default: exported } = await importModule(file, { from: file });
        return { name: recipeName(file), description: isRecipe(exported) ? exported.description : "" };
      }),
    );
    await printResult(rows, resultFormat(values, terminal), terminal);
    return EXIT.done;
  },
};
