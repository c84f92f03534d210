import { createHash, type Hash } from "node:crypto";
import {
  chmod,
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from "node:fs/promises";
import path from "node:path";
import { throwIfAborted } from "../../core/abort.ts";
import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";
import type { CopyTally } from "./copy-report.ts";
import { entryPath, linkStaysInside } from "./entry-path.ts";
import { isForeignName, shownName } from "./name-bytes.ts";
import { writeSmallFile } from "./small-file.ts";
import type { TarEntry } from "./tar-header.ts";
import { writePieces } from "./write-pieces.ts";

/** Files of no more are held whole and written at once. */
const SMALL_BYTES = 64 * 1024;

export interface LocalTreeOptions {
  /** The file or folder to write. */
  readonly root: string;
  /** What the root is. */
  readonly type: "file" | "directory";
  /** The archive's name of it; undefined where the archive's own root is meant. */
  readonly top: string | undefined;
  /** Permissions and times are kept. */
  readonly preserve: boolean;
  /** The sha256 of every file is taken as it comes. */
  readonly digest: boolean;
  readonly tally: CopyTally;
  readonly signal: AbortSignal | undefined;
  /** Makes names of temporary files. */
  readonly nonce: string;
  /** Told of every piece that was written. */
  readonly onBytes: (file: string, bytes: number) => void;
}

/**
 * Where a single file or a folder's content goes: into a folder that is there, or under the name itself. Throws
 * UsageError for what is in the way.
 */
export async function localTarget(
  target: string,
  name: string | undefined,
  type: "file" | "directory",
  overwrite: boolean,
): Promise<string> {
  const found = await statOf(target, stat);
  if (type === "directory") {
    if (found === "none") return target;
    if (found !== "directory") throw inTheWay(target, "it is a file, and what is copied is a folder", "Name a folder.");
    if (overwrite || (await readdir(target)).length === 0) return target;
    const below = path.join(target, name ?? "copy");
    throw inTheWay(
      target,
      "this folder is not empty",
      `Copy into a new one (${JSON.stringify(below)}), or say { overwrite: true } to add to it and replace what has the same name.`,
    );
  }
  const into = found === "directory" || /[/\\]$/.test(target);
  const file = into ? path.join(target, name ?? "file") : target;
  const old = await statOf(file, lstat);
  if (old === "directory") throw inTheWay(file, "a folder of that name is there", "Name another file.");
  if (old === "none" || overwrite) return file;
  throw inTheWay(file, "it exists", "Name another file, or say { overwrite: true } to replace it.");
}

function inTheWay(what: string, why: string, hint: string): UsageError {
  return new UsageError("INVALID_INPUT", `${JSON.stringify(what)} cannot be written: ${why}`, { hint });
}

async function statOf(file: string, look: typeof stat): Promise<"none" | "directory" | "other"> {
  try {
    return (await look(file)).isDirectory() ? "directory" : "other";
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return "none";
    throw error;
  }
}

/**
 * A file or folder that is written as its archive comes. Nothing is written outside of it: no name leads out, no link
 * that is on the way is followed, and links are made last. A file appears whole or not at all.
 */
export class LocalTree {
  readonly #options: LocalTreeOptions;
  /** Of files: what to look them up by in the container, and their sha256. */
  readonly digests: Map<string, string> = new Map();
  /** Folders that are known to be folders, by their path below the root. */
  readonly #folders = new Set<string>();
  readonly #made = new Map<string, { readonly mode: number; readonly mtimeMs: number } | undefined>();
  readonly #links: { readonly segments: readonly string[]; readonly target: string }[] = [];
  readonly #written = new Set<string>();
  #current: string | undefined;
  #temporaries = 0;

  constructor(options: LocalTreeOptions) {
    this.#options = options;
  }

  /** Writes one entry; what may not be written is noted as skipped. */
  async add(entry: TarEntry, body: AsyncIterable<Uint8Array>): Promise<void> {
    const { tally, top } = this.#options;
    const place = entryPath(entry.name, top);
    if (place.type === "refused") return tally.skip(shownBelow(entry.name, top), place.reason);
    const { segments } = place;
    switch (entry.type) {
      case "directory":
        return this.#folder(segments, entry);
      case "file":
        return this.#file(segments, entry, body);
      case "link":
        return this.#hardLink(segments, entry);
      case "symlink":
        this.#links.push({ segments, target: entry.linkName });
        return;
      case "device":
        return tally.skip(nameOf(segments, entry), "it is a device");
      case "fifo":
        return tally.skip(nameOf(segments, entry), "it is a pipe");
      default:
        return tally.skip(nameOf(segments, entry), "its kind is not known");
    }
  }

  /** The file that was begun and is not whole. */
  get unfinished(): string | undefined {
    return this.#current;
  }

  /** Makes the links, and gives the folders that were made their permissions and times. */
  async finish(): Promise<void> {
    for (const one of this.#links) {
      throwIfAborted(this.#options.signal);
      await this.#symlink(one.segments, one.target);
    }
    if (!this.#options.preserve) return;
    for (const [folder, attributes] of [...this.#made].reverse()) {
      if (attributes === undefined) continue;
      const { mode, mtimeMs } = attributes;
      const masked = (await stat(folder)).mode & mode;
      await utimes(folder, mtimeMs / 1000, mtimeMs / 1000);
      await chmod(folder, masked);
    }
  }

  async #folder(segments: readonly string[], entry: TarEntry): Promise<void> {
    if (!(await this.#ensureFolder(segments))) return;
    const folder = this.#pathOf(segments);
    if (this.#made.has(folder)) this.#made.set(folder, { mode: entry.mode & 0o777, mtimeMs: entry.mtimeMs });
    this.#options.tally.folders++;
  }

  async #file(segments: readonly string[], entry: TarEntry, body: AsyncIterable<Uint8Array>): Promise<void> {
    if (!(await this.#ensureFolder(segments.slice(0, -1)))) return;
    const { preserve, digest, onBytes, tally } = this.#options;
    const shown = nameOf(segments, entry);
    this.#current = shown;
    onBytes(shown, 0);
    const hash = digest ? createHash("sha256") : undefined;
    const coming = this.#counted(shown, body, hash);
    const mode = preserve ? entry.mode & 0o777 : 0o666;
    const mtimeMs = preserve ? entry.mtimeMs : undefined;
    if (entry.size <= SMALL_BYTES) {
      const content: Uint8Array[] = [];
      for await (const piece of coming) content.push(piece);
      await this.#refuseFolder(segments);
      writeSmallFile(this.#pathOf(segments), this.#temporaryOf(segments), { content, mode, mtimeMs });
    } else {
      await this.#replace(segments, async (temporary) => {
        const handle = await open(temporary, "wx", mode);
        try {
          await writePieces(handle, coming);
          if (mtimeMs !== undefined) await handle.utimes(mtimeMs / 1000, mtimeMs / 1000);
        } finally {
          await handle.close();
        }
      });
    }
    if (hash !== undefined) this.digests.set(segments.join("/"), hash.digest("hex"));
    this.#written.add(this.#pathOf(segments));
    this.#current = undefined;
    tally.files++;
  }

  /** Notes what comes of a file. */
  async *#counted(
    shown: string,
    body: AsyncIterable<Uint8Array>,
    hash: Hash | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { signal, tally, onBytes } = this.#options;
    for await (const piece of body) {
      throwIfAborted(signal);
      hash?.update(piece);
      tally.bytes += piece.length;
      onBytes(shown, piece.length);
      yield piece;
    }
  }

  /** A second name of a file that this archive has brought. */
  async #hardLink(segments: readonly string[], entry: TarEntry): Promise<void> {
    const { tally, top } = this.#options;
    const other = entryPath(entry.linkName, top);
    const original = other.type === "inside" ? this.#pathOf(other.segments) : undefined;
    if (original === undefined || !this.#written.has(original)) {
      return tally.skip(
        nameOf(segments, entry),
        `it is another name of ${shownName(entry.linkName)}, which was not copied`,
      );
    }
    if (!(await this.#ensureFolder(segments.slice(0, -1)))) return;
    const file = this.#pathOf(segments);
    await this.#replace(segments, async (temporary) => {
      // Not every file system has them.
      await link(original, temporary).catch(() => copyFile(original, temporary));
    });
    this.#written.add(file);
    tally.files++;
  }

  async #symlink(segments: readonly string[], target: string): Promise<void> {
    const { tally } = this.#options;
    const shown = segments.join("/");
    if (isForeignName(target)) {
      return tally.skip(shown, `it is a link to ${shownName(target)}, and that name is no UTF-8`);
    }
    if (!linkStaysInside(segments, target)) {
      return tally.skip(shown, `it is a link to ${target}, which is outside of what is copied`);
    }
    if (!(await this.#ensureFolder(segments.slice(0, -1)))) return;
    try {
      await this.#replace(segments, (temporary) => symlink(target, temporary));
      tally.links++;
    } catch (error) {
      // Windows lets only some users make them.
      if (errorCode(error) !== "EPERM") throw error;
      tally.skip(shown, "this machine does not let us make links");
    }
  }

  /** Makes a file under a temporary name and gives it its own once it is whole. */
  async #replace(segments: readonly string[], make: (temporary: string) => Promise<void>): Promise<void> {
    await this.#refuseFolder(segments);
    const temporary = this.#temporaryOf(segments);
    try {
      await make(temporary);
      await rename(temporary, this.#pathOf(segments));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Throws where a folder is in a file's place. */
  async #refuseFolder(segments: readonly string[]): Promise<void> {
    const file = this.#pathOf(segments);
    // A folder that was made here holds only what was put there.
    const known = this.#made.has(path.dirname(file));
    if (known ? this.#folders.has(segments.join("/")) : (await statOf(file, lstat)) === "directory") {
      throw inTheWay(file, "a folder of that name is there", "Move it away first.");
    }
  }

  #temporaryOf(segments: readonly string[]): string {
    const folder = path.dirname(this.#pathOf(segments));
    return path.join(folder, `.kubescript-cp-${this.#options.nonce}-${++this.#temporaries}`);
  }

  /** Makes the folders on the way; false, and noted, where something else stands there, be it a link to a folder. */
  async #ensureFolder(segments: readonly string[]): Promise<boolean> {
    if (!this.#folders.has("")) {
      await this.#makeRoot();
      this.#folders.add("");
    }
    for (let depth = 1; depth <= segments.length; depth++) {
      const key = segments.slice(0, depth).join("/");
      if (this.#folders.has(key)) continue;
      const folder = this.#pathOf(segments.slice(0, depth));
      const found = await lstat(folder).catch(absent);
      if (found === undefined) {
        await mkdir(folder);
        this.#made.set(folder, undefined);
      } else if (!found.isDirectory()) {
        const what = found.isSymbolicLink() ? "a link" : "a file";
        this.#options.tally.skip(segments.join("/"), `${JSON.stringify(folder)} is ${what} on this machine, no folder`);
        return false;
      }
      this.#folders.add(key);
    }
    return true;
  }

  /** The folder itself, or the folder that the one file goes to. */
  async #makeRoot(): Promise<void> {
    const { root, type } = this.#options;
    const folder = type === "file" ? path.dirname(root) : root;
    if ((await statOf(folder, stat)) === "directory") return;
    await makeFolders(folder);
    if (type === "directory") this.#made.set(root, undefined);
  }

  #pathOf(segments: readonly string[]): string {
    return path.join(this.#options.root, ...segments);
  }
}

/** A name that is refused: below what is copied, where it stands there as other names do. */
function shownBelow(name: string, top: string | undefined): string {
  const above = top === undefined ? "./" : `./${top}/`;
  return shownName(isForeignName(name) && name.startsWith(above) ? name.slice(above.length) : name);
}

function nameOf(segments: readonly string[], entry: TarEntry): string {
  return segments.length === 0 ? (entry.name.split("/").at(-1) ?? entry.name) : segments.join("/");
}

/** Node's own `recursive` never ends where a file system answers ENOENT whatever its parent is, as /proc does. */
async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const parent = path.dirname(folder);
    if (errorCode(error) === "EEXIST") return;
    if (errorCode(error) !== "ENOENT" || parent === folder) throw error;
    await makeFolders(parent);
    await mkdir(folder);
  }
}

function absent(error: unknown): undefined {
  if (errorCode(error) !== "ENOENT") throw error;
}
