import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
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
  async run({ positionals, values, terminal }) {
    const root = packageRoot();
    const file = (name: string): string =>
      fileURLToPath(
        new URL(
          root.fromSource || !existsSync(new URL("dist/types", root.url))
            ? `src/${name}.ts`
            : `dist/types/${name}.d.ts`,
          root.url,
        ),
      );
    const [target] = positionals;
    if (target === undefined) {
      await write(terminal.stdout, `${file("globals")}\n`);
      return EXIT.done;
    }
    const destination = path.resolve(terminal.cwd, target);
    if (existsSync(destination) && values.force !== true) {
      throw new UsageError("USAGE", `Cannot write ${destination}: it exists`, { hint: "Replace it with --force." });
    }
    const declarations = [
      `/// <reference path=${JSON.stringify(file("globals"))} />`,
      `declare module "kubescript" {\n  export * from ${JSON.stringify(file("index"))};\n}`,
    ];
    try {
      await writeFile(destination, `${declarations.join("\n")}\n`);
    } catch (cause) {
      throw new UsageError("USAGE", `Cannot write ${destination}`, { cause });
    }
    await write(terminal.stderr, `Wrote ${destination}\n`);
    return EXIT.done;
  },
};
