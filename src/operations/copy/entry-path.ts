/** Where an entry of an archive may go: the container wrote the archive, and may have been told to by an attacker. */
import { isForeignName } from "./name-bytes.ts";

/** Where an entry goes below the folder that is copied to, or why it goes nowhere. */
export type EntryPath =
  | { readonly type: "inside"; readonly segments: readonly string[] }
  | { readonly type: "refused"; readonly reason: string };

/**
 * The segments of an entry's name below `top`, the one file or folder that was asked for (undefined: the archive's own
 * root). No segments: the entry is `top` itself.
 */
export function entryPath(name: string, top: string | undefined, platform: string = process.platform): EntryPath {
  const refused = (reason: string): EntryPath => ({ type: "refused", reason });
  if (isForeignName(name)) return refused("its name is no UTF-8");
  if (name.startsWith("/")) return refused("its name in the archive is absolute");
  const all = name.split("/").filter((segment) => segment !== "" && segment !== ".");
  if (all.includes("..")) return refused('its name in the archive leads out of the folder with ".."');
  if (all.some((segment) => segment.includes("\0"))) return refused("its name holds a NUL character");
  const segments = top === undefined ? all : all.slice(1);
  if (top !== undefined && all[0] !== top) return refused("it is not below what was asked for");
  if (platform === "win32" && segments.some((segment) => !isWindowsName(segment))) {
    return refused("this machine cannot have a file of that name");
  }
  return { type: "inside", segments };
}

/**
 * Whether a symbolic link at `segments` stays in the folder, whatever other links do that stay there too: it goes up no
 * further than the folder, and never up again behind a name, which may itself be a link.
 */
export function linkStaysInside(
  segments: readonly string[],
  target: string,
  platform: string = process.platform,
): boolean {
  if (target === "" || target.startsWith("/") || target.includes("\0")) return false;
  if (platform === "win32" && /[:\\]/.test(target)) return false;
  const steps = target.split("/").filter((step) => step !== "" && step !== ".");
  const ups = steps.findIndex((step) => step !== "..");
  const up = ups === -1 ? steps.length : ups;
  return up < segments.length && !steps.slice(up).includes("..");
}

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
function isWindowsName(segment: string): boolean {
  if (/[<>:"|?*\\]|[. ]$/.test(segment) || [...segment].some((char) => char < " ")) return false;
  return !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(segment);
}
