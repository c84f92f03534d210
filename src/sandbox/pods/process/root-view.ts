import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** A directory or file that a container sees at a place of its own. */
export interface Mount {
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Directories that every container has for itself, empty and writable. */
const SCRATCH = ["/tmp", "/run", "/var/tmp"];

/**
 * bubblewrap's arguments for what a container sees of the file system: the host's root, read-only; scratch directories;
 * its mounts; and the directories in `directories`, made where they are missing. A mount point that the host does not
 * have is made by showing the directory it would lie in as a writable one that holds the same entries.
 */
export function rootView(mounts: readonly Mount[], directories: readonly string[] = []): string[] {
  const placed = mounts.map((mount) => ({ ...mount, target: resolved(mount.target) }));
  const made = directories.map(resolved).filter((path) => !SCRATCH.some((scratch) => isWithin(path, scratch)));
  const opened = new Set(["/"]);
  for (const path of [...placed.map(({ target }) => target), ...made]) {
    if (SCRATCH.some((scratch) => isWithin(path, scratch))) continue;
    if (!exists(path)) opened.add(nearest(path));
  }
  const byDepth = (left: string, right: string): number => left.length - right.length;
  return [
    ...[...opened].sort(byDepth).flatMap(openly),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...SCRATCH.flatMap((scratch) => ["--tmpfs", scratch]),
    ...placed
      .sort((left, right) => byDepth(left.target, right.target))
      .flatMap(({ source, target, readOnly }) => [readOnly ? "--ro-bind" : "--bind", source, target]),
    ...made.filter((path) => !exists(path)).flatMap((path) => ["--dir", path]),
  ];
}

/** The directory as one that can be written to in memory, with the host's entries in it. */
function openly(directory: string): string[] {
  const entries = readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (path === "/proc" || path === "/dev" || SCRATCH.includes(path)) return [];
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return stat.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind-try", path, path];
  });
  return directory === "/" ? entries : ["--tmpfs", directory, ...entries];
}

/** The path with the host's symbolic links followed, as far as the host has it: `/var/run/x` is `/run/x`. */
function resolved(path: string): string {
  const there = nearest(path);
  const rest = path.slice(there.length).replace(/^\/+/, "");
  return rest === "" ? realpathSync(there) : join(realpathSync(there), rest);
}

/** The path itself, or the nearest directory above it that the host has. */
function nearest(path: string): string {
  if (path === "/" || exists(path)) return path;
  return nearest(dirname(path));
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
