/** Reads what `kubectl create configmap --from-file` and `--from-env-file` read. */
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";
import { listOf } from "./making.ts";

/**
 * Files by key: `"path"` under the file's name, `"key=path"` under a key, of a folder every plain file in it. No two may
 * have the same key.
 */
export async function readFiles(sources: string | readonly string[]): Promise<Record<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const source of listOf(sources)) {
    for (const [key, file] of await filesOf(source)) {
      if (found.has(key)) {
        throw new UsageError("INVALID_INPUT", `Cannot read ${file}: another file has the key "${key}" already`, {
          hint: `Give it a key of its own: "other=${file}".`,
        });
      }
      found.set(key, await reading(file, () => readFile(file)));
    }
  }
  return Object.fromEntries(found);
}

async function filesOf(source: string): Promise<[key: string, file: string][]> {
  const at = source.indexOf("=");
  const [key, file] = at < 0 ? [undefined, source] : [source.slice(0, at), source.slice(at + 1)];
  if (key === "" || file === "" || file.includes("=")) {
    throw new UsageError("INVALID_INPUT", `Cannot read "${source}": it names no file`, {
      hint: 'Write "path", or "key=path".',
    });
  }
  if (!(await reading(file, () => stat(file))).isDirectory()) return [[key ?? path.basename(file), file]];
  if (key !== undefined) {
    throw new UsageError("INVALID_INPUT", `Cannot read ${file} as "${key}": it is a folder`, {
      hint: "Leave the key out: its files go by their names.",
    });
  }
  const entries = await reading(file, () => readdir(file, { withFileTypes: true }));
  return entries.filter((one) => one.isFile()).map(({ name }) => [name, path.join(file, name)]);
}

/** The variables of files with `KEY=value` lines; a `KEY` alone has its value from `env`. */
export async function readEnvFiles(
  files: string | readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const found = new Map<string, string>();
  for (const file of listOf(files)) {
    const text = await reading(file, () => readFile(file, "utf8"));
    for (const { key, value, line } of parseEnv(text, env)) {
      const place = `${file}, line ${line}`;
      if (!/^[ -<>-~]+$/.test(key)) {
        throw new UsageError("SYNTAX", `Cannot read ${place}: it has no name of a variable before its "="`, {
          hint: "A line is KEY=value, KEY alone, empty, or begins with #.",
        });
      }
      if (found.has(key)) throw new UsageError("INVALID_INPUT", `Cannot read ${place}: "${key}" is there already`);
      found.set(key, value);
    }
  }
  return Object.fromEntries(found);
}

/** The lines of an env file that are variables. White space before a line goes, quotes and all behind the `=` stay. */
export function parseEnv(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): { readonly key: string; readonly value: string; readonly line: number }[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .flatMap((raw, index) => {
      const line = raw.trimStart();
      if (line === "" || line.startsWith("#")) return [];
      const at = line.indexOf("=");
      const [key, value] = at < 0 ? [line, env[line] ?? ""] : [line.slice(0, at), line.slice(at + 1)];
      return [{ key, value, line: index + 1 }];
    });
}

async function reading<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const code = errorCode(cause);
    const what =
      code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "we may not read it" : code || String(cause);
    throw new UsageError("INVALID_INPUT", `Cannot read ${file}: ${what}`, { cause });
  }
}
