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

export async function buildProgram(): Promise<BuiltProgram> {
  // Inside the package, so that packages and package.json are found as in dist.
  const folder = await mkdtemp(path.join(root, "node_modules/.program-test-"));
  await build({
    absWorkingDir: root,
    entryPoints: [{ in: "src/cli/main.ts", out: "cli/main" }],
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
