import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");

/** The command line, built from the sources as they are now. */
export interface BuiltProgram {
  /** A folder of its own, for files of the test too. */
  readonly folder: string;
  /** What node runs. */
  readonly entry: string;
  remove(): Promise<void>;
}

/** @param modules sources that a test imports from the folder, by the name that they have there */
export async function buildProgram(modules: Readonly<Record<string, string>> = {}): Promise<BuiltProgram> {
  // Inside the package, so that packages and package.json are found as in dist.
  const folder = await mkdtemp(path.join(root, "node_modules/.program-test-"));
  await build({
    absWorkingDir: root,
    entryPoints: { "cli/main": "src/cli/main.ts", ...modules },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.18",
    packages: "external",
    logLevel: "error",
  });
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return { folder, entry: path.join(folder, "cli/main.js"), remove };
}
