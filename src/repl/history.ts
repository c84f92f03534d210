import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** Lines that are kept: the newest. */
const LIMIT = 2000;

/** What the history file's place depends on. */
export interface HistoryPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

/** `$KUBESCRIPT_HISTORY`, else `history` in the state folder of the XDG directories. Empty turns it off. */
export function historyFile({ env, homeDirectory }: HistoryPlace): string | undefined {
  if (env.KUBESCRIPT_HISTORY !== undefined) return env.KUBESCRIPT_HISTORY || undefined;
  const state = env.XDG_STATE_HOME || path.join(homeDirectory, ".local", "state");
  return path.join(state, "kubescript", "history");
}

/** Whether a line looks as if it held a credential; such a line is not kept. */
export function holdsSecret(line: string): boolean {
  return (
    /\b(?:eyJ[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY)/.test(line) ||
    /\b(?:password|passwd|token|secret|api_?key)["']?\s*[:=]\s*["'`][^"'`]{4,}/i.test(line) ||
    /\bauthorization["']?\s*[:=]|\bbearer\s+[\w.~+/-]{8,}/i.test(line) ||
    /\bstringData\b/.test(line)
  );
}

/** The lines of earlier sessions, newest first. A file that cannot be read is an empty history. */
export async function readHistory(file: string | undefined): Promise<string[]> {
  if (file === undefined) return [];
  try {
    const text = await readFile(file, "utf8");
    return text.split("\n").filter(Boolean).map(decode).reverse();
  } catch {
    return [];
  }
}

/** Adds lines, oldest first, to the file, which only this user can read. */
export async function appendHistory(file: string | undefined, lines: readonly string[]): Promise<void> {
  const kept = lines.filter((line) => line.trim() !== "" && !holdsSecret(line));
  if (file === undefined || kept.length === 0) return;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const earlier = (await readHistory(file)).reverse();
  const all = [...earlier, ...kept].slice(-LIMIT);
  await writeFile(file, `${all.map(encode).join("\n")}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** Several lines that were typed as one stay one. */
function encode(line: string): string {
  return line.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function decode(line: string): string {
  return line.replace(/\\(n|\\)/g, (_, mark: string) => (mark === "n" ? "\n" : "\\"));
}
