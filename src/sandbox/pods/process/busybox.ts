import { execFileSync } from "node:child_process";
import { accessSync, constants, mkdirSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Mount } from "./root-view.ts";

/** Where a container of the image busybox finds its applets; first on its search path. */
export const APPLETS = "/.busybox";

/** Whether an image is busybox, whatever its registry and tag. */
export function isBusybox(image: string): boolean {
  return /^(?:.*\/)?busybox(?:[:@].*)?$/.test(image);
}

/**
 * A directory of links to the machine's busybox under the names of its applets, as the image has them, so that `nc`,
 * `httpd` or `wget` are busybox's there; undefined on a machine without busybox.
 */
export function busyboxApplets(searchPath: string, directory: string): Mount | undefined {
  const busybox = searchPath
    .split(delimiter)
    .map((path) => join(path, "busybox"))
    .find(isExecutable);
  if (busybox === undefined) return undefined;
  mkdirSync(directory, { recursive: true });
  for (const applet of execFileSync(busybox, ["--list"], { encoding: "utf8" }).split("\n")) {
    if (/^[\w[.-]+$/.test(applet)) symlinkSync(busybox, join(directory, applet));
  }
  return { source: directory, target: APPLETS, readOnly: true };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return file.startsWith("/");
  } catch {
    return false;
  }
}
