import { closeSync, futimesSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";

export interface SmallFile {
  readonly content: readonly Uint8Array[];
  readonly mode: number;
  /** When it was last changed; undefined for now. */
  readonly mtimeMs: number | undefined;
}

/**
 * Writes a file under a temporary name and gives it its own, within one turn of the event loop: for some KiB, five trips
 * to another thread take several times as long as the work. How many files come in a turn is bounded by what waits unread
 * of the connection.
 */
export function writeSmallFile(file: string, temporary: string, { content, mode, mtimeMs }: SmallFile): void {
  try {
    const descriptor = openSync(temporary, "wx", mode);
    try {
      for (const piece of content) writeFileSync(descriptor, piece);
      if (mtimeMs !== undefined) futimesSync(descriptor, mtimeMs / 1000, mtimeMs / 1000);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
