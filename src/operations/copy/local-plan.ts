import { accessSync, constants, type Stats } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import path from "node:path";
import { throwIfAborted } from "../../core/abort.ts";
import { UsageError } from "../../errors.ts";
import type { CopyTally } from "./copy-report.ts";
import { isForeignName, nameOfBytes, shownName } from "./name-bytes.ts";
import type { TarEntry } from "./tar-header.ts";

/** A file, folder or link of this machine that is to be sent. */
export interface PlannedEntry {
  /** On this machine. */
  readonly file: string;
  /** Below what is copied, with `/`; empty for that itself. */
  readonly path: string;
  readonly type: "file" | "directory" | "symlink";
  readonly attributes: Omit<TarEntry, "name" | "type">;
}

/** What is to be sent, folders before what is in them. */
export interface UploadPlan {
  readonly type: "file" | "directory";
  /** What it is called in a folder that is there; undefined where only the content of a folder is meant (`site/.`). */
  readonly name: string | undefined;
  readonly entries: readonly PlannedEntry[];
  readonly bytes: number;
}

/** Looked at at once. */
const AT_ONCE = 32;

/**
 * Looks at everything that is to be sent. Throws UsageError for what is missing or cannot be read, before anything is
 * sent; what cannot be copied is noted as skipped.
 */
export async function planUpload(source: string, tally: CopyTally, signal: AbortSignal): Promise<UploadPlan> {
  const found = await stat(source).catch((error: unknown) => {
    throw new UsageError(
      "INVALID_INPUT",
      `there is no such file or folder on this machine: ${JSON.stringify(source)}`,
      {
        cause: error,
      },
    );
  });
  if (!found.isFile() && !found.isDirectory()) {
    throw new UsageError("INVALID_INPUT", "it is no file and no folder: only those can be copied");
  }
  const walk = new Walk(tally, signal);
  await walk.add(source, "", found);
  walk.refuseUnreadable();
  const last = path.basename(source);
  const named = !(last === "" || last === "." || last === ".." || /[/\\]\.$/.test(source));
  return {
    type: found.isDirectory() ? "directory" : "file",
    name: named ? last : undefined,
    entries: walk.entries,
    bytes: walk.bytes,
  };
}

class Walk {
  readonly entries: PlannedEntry[] = [];
  bytes = 0;
  readonly #unreadable: string[] = [];
  readonly #tally: CopyTally;
  readonly #signal: AbortSignal;

  constructor(tally: CopyTally, signal: AbortSignal) {
    this.#tally = tally;
    this.#signal = signal;
  }

  async add(file: string, below: string, found: Stats): Promise<void> {
    throwIfAborted(this.#signal);
    const { uid, gid, mtimeMs } = found;
    const attributes = { size: 0, mode: found.mode & 0o7777, mtimeMs, uid, gid, linkName: "" };
    if (found.isSymbolicLink()) {
      const linkName = await readlink(file);
      this.entries.push({ file, path: below, type: "symlink", attributes: { ...attributes, linkName } });
    } else if (found.isDirectory()) {
      this.entries.push({ file, path: below, type: "directory", attributes });
      await this.#addContent(file, below);
    } else if (found.isFile()) {
      if (!isReadable(file)) return void this.#unreadable.push(file);
      this.bytes += found.size;
      this.entries.push({ file, path: below, type: "file", attributes: { ...attributes, size: found.size } });
    } else {
      const kind = found.isSocket() ? "a socket" : found.isFIFO() ? "a pipe" : "a device";
      this.#tally.skip(below, `it is ${kind}`);
    }
  }

  refuseUnreadable(): void {
    if (this.#unreadable.length === 0) return;
    const [first = "", ...others] = this.#unreadable;
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    throw new UsageError("INVALID_INPUT", `${JSON.stringify(first)}${more} cannot be read on this machine`, {
      hint: "Nothing was sent. Give yourself the right to read it, or copy what you may.",
    });
  }

  async #addContent(folder: string, below: string): Promise<void> {
    const found = await readdir(folder, { encoding: "buffer" }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EACCES" && error.code !== "EPERM") throw error;
      this.#unreadable.push(folder);
      return [];
    });
    const names = found.map((bytes) => nameOfBytes(bytes)).filter((name) => this.#isSendable(name, below));
    names.sort();
    for (let start = 0; start < names.length; start += AT_ONCE) {
      const files = names.slice(start, start + AT_ONCE).map((name) => path.join(folder, name));
      const looks = await Promise.all(files.map((file) => lstat(file)));
      for (const [index, look] of looks.entries()) {
        const file = files[index] ?? "";
        const name = path.basename(file);
        await this.add(file, below === "" ? name : `${below}/${name}`, look);
      }
    }
  }

  #isSendable(name: string, below: string): boolean {
    if (!isForeignName(name)) return true;
    const shown = shownName(name);
    this.#tally.skip(below === "" ? shown : `${below}/${shown}`, "its name is no UTF-8");
    return false;
  }
}

/** Asked of what was just looked at, which the system still has at hand: a trip to another thread takes longer. */
function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
