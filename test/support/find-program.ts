import { spawnSync } from "node:child_process";

/** Where a program of this machine is; undefined where it is not installed, and what needs it is skipped. */
export function findProgram(name: string): string | undefined {
  const { stdout } = spawnSync("sh", ["-c", 'command -v "$0"', name], { encoding: "utf8" });
  return stdout.trim() === "" ? undefined : stdout.trim();
}
