/** What was left out, and why. */
export interface SkippedPath {
  readonly path: string;
  readonly reason: string;
}

/** What a copy did. */
export interface CopyReport {
  /** Where the file or folder is now, as a path of this machine or `pod:path`. */
  readonly target: string;
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** Of all files together. */
  readonly bytes: number;
  /** Devices, pipes, sockets; links that lead out of what is copied; names that would. */
  readonly skipped: readonly SkippedPath[];
  /** What the container's tar said that did no harm: a log that was written to while it was read. */
  readonly warnings: readonly string[];
  /** How often a connection broke and the copy went on. */
  readonly retries: number;
  /** What of every file was compared at both ends; `tar`: that the container's tar unpacked all, as it has no `stat`. */
  readonly verified: "size" | "sha256" | "tar";
}

/** How far a copy is. */
export interface CopyProgress {
  /** The path below what is copied; its own name for a single file. */
  readonly file: string;
  /** Of all files so far. */
  readonly bytes: number;
  /** Of all files; unknown while a folder comes from a container. */
  readonly totalBytes?: number | undefined;
}

/** Counts what is done. */
export class CopyTally {
  files = 0;
  folders = 0;
  links = 0;
  bytes = 0;
  retries = 0;
  readonly skipped: SkippedPath[] = [];
  readonly warnings: string[] = [];
  /** After a failure, what is in the place that was copied to. */
  state: string | undefined;

  skip(path: string, reason: string): void {
    this.skipped.push({ path, reason });
  }

  report(target: string, verified: CopyReport["verified"]): CopyReport {
    const { files, folders, links, bytes, retries, skipped, warnings } = this;
    return { target, files, folders, links, bytes, skipped, warnings, retries, verified };
  }
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `1.5 GiB` */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}

/** `1 file`, `2 files` */
export function countText(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}
