import { expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { commandHelp, generalHelp } from "../../src/cli/help.ts";
import { wrapText } from "../../src/cli/wrap-text.ts";

test("paragraphs are filled, descriptions go on below themselves, examples stay whole", () => {
  const text = [
    "Runs a script that",
    "is given.",
    "",
    "  kubescript run a-very-long-example --with-options",
    "",
    "Options:",
    "  -o, --output FORMAT  json, yaml or a table of names",
  ].join("\n");
  expect(wrapText(text, 44).split("\n")).toEqual([
    "Runs a script that is given.",
    "",
    "  kubescript run a-very-long-example --with-options",
    "",
    "Options:",
    "  -o, --output FORMAT  json, yaml or a table",
    "                       of names",
  ]);
});

test("help fits 80 columns, and no word of it is lost", async () => {
  const texts = [generalHelp()];
  for (const { load } of COMMANDS) texts.push(commandHelp((await load()).command));
  for (const text of texts) {
    const wrapped = wrapText(text, 80);
    expect(wrapped.split(/\s+/)).toEqual(text.split(/\s+/));
    const long = wrapped.split("\n").filter((line) => line.length > 80 && !line.startsWith("  kubescript "));
    expect(long).toEqual([]);
  }
});
