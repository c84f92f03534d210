import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { throwIfAborted } from "../../core/abort.ts";
import { UsageError } from "../../errors.ts";
import type { PlannedEntry } from "./local-plan.ts";
import { encodeHeader, endOfArchive, headerLength, paddingOf, type TarEntry } from "./tar-header.ts";

/** Read from a file at once, and sent at once. */
const PIECE_BYTES = 128 * 1024;

/** Files of no more are read within one turn of the event loop: three trips to another thread take longer than that. */
const SMALL_BYTES = 64 * 1024;

/** The name in the archive of what is copied. */
const TOP = "data";

/** An entry's name in the archive. */
export function archiveName(below: string): string {
  return below === "" ? TOP : `${TOP}/${below}`;
}

/** How long the archive of entries is. */
export function archiveLength(entries: readonly PlannedEntry[]): number {
  return entries.reduce((sum, entry) => {
    const { size } = entry.attributes;
    return sum + headerLength(named(entry)) + size + paddingOf(size);
  }, endOfArchive().length);
}

/** The archive of entries, in pieces that are good until the next but one is asked for. */
export async function* archiveOf(
  entries: readonly PlannedEntry[],
  signal: AbortSignal,
  onBytes: (path: string, bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const batch = new Batch();
  for (const entry of entries) {
    throwIfAborted(signal);
    yield* batch.add(headerOf(entry));
    if (entry.type !== "file") continue;
    onBytes(entry.path, 0);
    if (entry.attributes.size <= SMALL_BYTES) {
      const content = smallContentOf(entry);
      yield* batch.add(content);
      if (content.length > 0) onBytes(entry.path, content.length);
    } else {
      for await (const piece of contentOf(entry, 0)) {
        throwIfAborted(signal);
        yield* batch.add(piece);
        onBytes(entry.path, piece.length);
      }
    }
    yield* batch.add(new Uint8Array(paddingOf(entry.attributes.size)));
  }
  yield* batch.add(endOfArchive());
  yield* batch.rest();
}

/**
 * A file's content from a byte on, up to the size that it was planned with: a log may grow meanwhile. In pieces that are
 * good until the next but one is asked for, so that one can be sent while the next is read.
 */
export async function* contentOf(
  { file, attributes: { size } }: PlannedEntry,
  from: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(file, "r");
  try {
    const length = Math.min(PIECE_BYTES, Math.max(1, size - from));
    const buffers = new Buffers(length);
    for (let at = from; at < size; ) {
      const buffer = buffers.next();
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at);
      if (bytesRead === 0) throw shorter(file);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function smallContentOf({ file, attributes: { size } }: PlannedEntry): Uint8Array {
  const content = new Uint8Array(size);
  const descriptor = openSync(file, "r");
  try {
    for (let at = 0; at < size; ) {
      const bytesRead = readSync(descriptor, content, at, size - at, at);
      if (bytesRead === 0) throw shorter(file);
      at += bytesRead;
    }
    return content;
  } finally {
    closeSync(descriptor);
  }
}

function shorter(file: string): UsageError {
  return new UsageError("INVALID_INPUT", `${JSON.stringify(file)} became shorter while it was copied`, {
    hint: "Copy it again when no one writes to it.",
  });
}

/** The sha256 of a file as it was planned. */
export async function digestOf(entry: PlannedEntry, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of contentOf(entry, 0)) {
    throwIfAborted(signal);
    hash.update(piece);
  }
  return hash.digest("hex");
}

function headerOf(entry: PlannedEntry): Uint8Array {
  return encodeHeader({ ...entry.attributes, type: entry.type, ...named(entry) });
}

function named({ path, type, attributes: { linkName } }: PlannedEntry): Pick<TarEntry, "name" | "linkName"> {
  const name = archiveName(path);
  return { name: type === "directory" ? `${name}/` : name, linkName };
}

/** Two buffers in turn. */
class Buffers {
  readonly #buffers: readonly [Uint8Array, Uint8Array];
  #turn = 0;

  constructor(length: number) {
    this.#buffers = [new Uint8Array(length), new Uint8Array(length)];
  }

  next(): Uint8Array {
    this.#turn = 1 - this.#turn;
    return this.#buffers[this.#turn === 0 ? 0 : 1];
  }
}

/** Puts small pieces together. */
class Batch {
  readonly #buffers = new Buffers(PIECE_BYTES);
  #buffer = this.#buffers.next();
  #filled = 0;

  *add(piece: Uint8Array): Generator<Uint8Array, void, undefined> {
    for (let start = 0; start < piece.length; ) {
      const part = piece.subarray(start, start + this.#buffer.length - this.#filled);
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      start += part.length;
      if (this.#filled === this.#buffer.length) yield* this.rest();
    }
  }

  *rest(): Generator<Uint8Array, void, undefined> {
    const filled = this.#buffer.subarray(0, this.#filled);
    this.#buffer = this.#buffers.next();
    this.#filled = 0;
    if (filled.length > 0) yield filled;
  }
}
