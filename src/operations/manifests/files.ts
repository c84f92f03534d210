import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";
import { globExpression, isGlob, splitGlob } from "./glob.ts";

const EXTENSION = /\.(ya?ml|json)$/;

/**
 * The files of manifests behind a name: the file itself, those of a folder in the order of their names, or those that
 * match a pattern.
 * @param recursive whether the folders below a folder count too, as for kubectl's -R
 */
export async function manifestFiles(name: string, recursive: boolean): Promise<string[]> {
  const isDirectory = await isFolder(name);
  if (isDirectory === false) return [name];
  if (isDirectory === true) {
    const files = (await filesBelow(name, recursive)).filter((file) => EXTENSION.test(file));
    if (files.length > 0) return files;
    const below = recursive ? ", nor do those below it" : "";
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot read ${name}: the folder holds no .yaml, .yml or .json file${below}`,
      {
        hint: recursive ? undefined : "Folders below it are read with { recursive: true }.",
      },
    );
  }
  if (!isGlob(name)) throw new UsageError("INVALID_INPUT", `Cannot read ${name}: there is no such file or folder`);
  const { base, rest } = splitGlob(name);
  const expression = globExpression(rest);
  const candidates = (await isFolder(base)) === true ? await filesBelow(base, rest.includes("/")) : [];
  const files = candidates.filter((file) => expression.test(path.relative(base, file).split(path.sep).join("/")));
  if (files.length > 0) return files;
  throw new UsageError("INVALID_INPUT", `Cannot read ${name}: no file matches`);
}

/** Undefined where there is nothing of that name. */
async function isFolder(name: string): Promise<boolean | undefined> {
  try {
    return (await stat(name)).isDirectory();
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(cause))) return undefined;
    throw unreadable(name, cause);
  }
}

/** Files in the order of their paths. Links to files count; links to folders are left, for they may lead in circles. */
async function filesBelow(folder: string, recursive: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  const files: string[] = [];
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    // A mounted ConfigMap keeps its files a second time in a folder whose name begins with two dots.
    if (entry.isDirectory() && recursive && !entry.name.startsWith("..")) files.push(...(await filesBelow(file, true)));
    else if (entry.isFile() || (entry.isSymbolicLink() && (await isFolder(file)) === false)) files.push(file);
  }
  return files;
}

export function unreadable(name: string, cause: unknown): UsageError {
  const code = errorCode(cause);
  const why =
    code === "EACCES" ? "permission denied" : code || (cause instanceof Error ? cause.message : String(cause));
  return new UsageError("INVALID_INPUT", `Cannot read ${name}: ${why}`, { cause });
}
