import { UsageError } from "../../errors.ts";
import { isNoSuchProgram } from "../exec/process-exit.ts";
import { type ContainerEnd, missingProgram, runProgram } from "./container-program.ts";
import { asOperand } from "./copy-path.ts";

/** `head` ends the list, which a connection of old servers cannot. */
const FOR_EACH = 'cd "$1" && head -c "$2" | { shift 2; xargs -0 "$@"; }';

/** The sha256 of files in the container, in their order; undefined for one that cannot be read. */
export async function digestsIn(
  end: ContainerEnd,
  folder: string,
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<(string | undefined)[]> {
  const { exitCode, stdout, stderr } = await forEachFile(end, folder, files, ["sha256sum"], signal);
  if (
    exitCode === 127 ||
    /sha256sum: (not found|No such file)|xargs: not found|xargs: command not found/.test(stderr)
  ) {
    throw missingProgram(/xargs/.test(stderr) && !/sha256sum/.test(stderr) ? "xargs" : "sha256sum", end);
  }
  return digestsOf(stdout, files);
}

/**
 * Reads what sha256sum printed of files, in their order; one that it could not read is left out there. A name with a line
 * feed or a backslash in it, since 9.0 with a carriage return too, is escaped by GNU's and its line marked with a
 * backslash; busybox's prints it as it is.
 */
export function digestsOf(printed: string, files: readonly string[]): (string | undefined)[] {
  let at = 0;
  return files.map((file) => {
    const digest = /^\\?([0-9a-f]{64}) [ *]/.exec(printed.slice(at, at + 67));
    if (digest === null) return undefined;
    const from = at + digest[0].length;
    const name = [file, escaped(file, /[\\\n\r]/g), escaped(file, /[\\\n]/g)].find((one) =>
      printed.startsWith(`${one}\n`, from),
    );
    if (name === undefined) return undefined;
    at = from + name.length + 1;
    return digest[1];
  });
}

function escaped(name: string, what: RegExp): string {
  return name.replace(what, (char) => (char === "\n" ? "\\n" : char === "\r" ? "\\r" : "\\\\"));
}

/** The sizes of files in the container, in their order, up to the first that is not there. */
export async function sizesIn(
  end: ContainerEnd,
  folder: string,
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const { exitCode, stdout, stderr } = await forEachFile(end, folder, files, ["stat", "-c", "%s"], signal);
  if (exitCode === 127 || /xargs: (command )?not found|stat: not found/.test(stderr)) {
    throw missingProgram(/stat: not found/.test(stderr) ? "stat" : "xargs", end);
  }
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map(Number);
}

async function forEachFile(
  end: ContainerEnd,
  folder: string,
  files: readonly string[],
  command: readonly string[],
  signal: AbortSignal | undefined,
): ReturnType<typeof runProgram> {
  if (files.length === 0) return { exitCode: 0, stdout: "", stderr: "" };
  const list = new TextEncoder().encode(files.map((file) => `${file}\0`).join(""));
  try {
    const shell = ["sh", "-c", FOR_EACH, "sh", asOperand(folder), String(list.length), ...command];
    return await runProgram(end, shell, signal, list);
  } catch (error) {
    if (isNoSuchProgram(error)) throw missingProgram("sh", end, error);
    throw error;
  }
}

/** Whether sizes cannot be compared because the container lacks a program. */
export function isMissingProgram(error: unknown): boolean {
  return error instanceof UsageError && / has no (sh|xargs|stat|sha256sum)$/.test(error.message);
}
