import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import { packageRoot } from "../../runtime/package-root.ts";
import type { Command } from "../command.ts";
import { write } from "../terminal.ts";

export const command: Command = {
  usage: "types [FILE]",
  description: `Tells where the type declarations are; with FILE (kubescript.d.ts), writes one that makes an editor know the
globals and the package in the scripts beside it.`,
  flags: [{ name: "force", type: "boolean", description: "replace FILE when it exists" }],
  connects: false,
  prints: false,
  offer: () => ({ suggestions: [], files: true }),
  async run({ positionals, values, terminal }) {
    const folder = fileURLToPath(new URL("dist/types/", packageRoot().url));
    const [globals, index] = [path.join(folder, "globals.d.ts"), path.join(folder, "index.d.ts")];
    if (!existsSync(index)) {
      throw new UsageError("USAGE", `Cannot find the type declarations: there is no ${index}`, {
        hint: "In a checkout, npm ci makes them.",
      });
    }
    const [target] = positionals;
    if (target === undefined) {
      await write(terminal.stdout, `${globals}\n`);
      return EXIT.done;
    }
    const destination = path.resolve(terminal.cwd, target);
    if (existsSync(destination) && values.force !== true) {
      throw new UsageError("USAGE", `Cannot write ${destination}: it exists`, { hint: "Replace it with --force." });
    }
    try {
      await writeFile(destination, declarations(globals, index, await readFile(index, "utf8")));
    } catch (cause) {
      throw new UsageError("USAGE", `Cannot write ${destination}`, { cause });
    }
    await write(terminal.stderr, `Wrote ${destination}\n`);
    return EXIT.done;
  },
};

/**
 * References to the declarations, and the package by its name. An ambient module may not re-export a file, so each name
 * is taken from the namespace that the package's own declarations give themselves (see scripts/build.ts).
 */
function declarations(globals: string, index: string, text: string): string {
  const names = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = ""]) =>
    list
      .split(",")
      .map((one) => one.trim().replace(/^type /, ""))
      .filter((one) => one !== ""),
  );
  return [
    `/// <reference path=${JSON.stringify(globals)} />`,
    `/// <reference path=${JSON.stringify(index)} />`,
    'declare module "kubescript" {',
    ...names.map((name) => `  export import ${name} = KubescriptPackage.${name};`),
    "}",
    "",
  ].join("\n");
}
