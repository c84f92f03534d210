import { KubescriptError } from "../../errors.ts";
import {
  BLOCK,
  decodeExtension,
  decodeHeader,
  isZeroBlock,
  paddingOf,
  type TarEntry,
  type TarOverrides,
  withOverrides,
} from "./tar-header.ts";

/** Where the current entry's header stands in the archive, and its bytes: enough to find it again in another stream. */
export interface TarPosition {
  /** Of the header's first byte. */
  readonly offset: number;
  /** The header with its extensions. */
  readonly header: Uint8Array;
}

/** A name is no longer than this. */
const MAX_EXTENSION_BYTES = 1024 * 1024;

/**
 * Reads an archive as it comes, holding one piece of it at a time. `next` gives the entries, `body` the content of the
 * one that it gave last. An archive that ends before its end is an error, also between two entries.
 */
export class TarReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  /** Bytes of the archive that were taken out of the chunks. */
  #taken = 0;
  /** Of the current content, with what fills its last block. */
  #unread = 0;
  #padding = 0;
  #position: TarPosition = { offset: 0, header: new Uint8Array() };
  #globals: TarOverrides = {};
  #complete = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Of the entry that `next` gave last. */
  get position(): TarPosition {
    return this.#position;
  }

  /** Whether the archive's own end has been read. */
  get complete(): boolean {
    return this.#complete;
  }

  /** The next entry; undefined at the end, after the source has ended too. What is left of the current one is skipped. */
  async next(): Promise<TarEntry | undefined> {
    for await (const _ of this.body()) {
      // Skipped.
    }
    if (this.#complete) return undefined;
    const offset = this.#taken;
    const blocks: Uint8Array[] = [];
    let overrides = this.#globals;
    while (true) {
      const block = await this.#take(BLOCK);
      if (isZeroBlock(block)) {
        await this.#end();
        return undefined;
      }
      blocks.push(block);
      const header = decodeHeader(block);
      if (header.type === "entry") {
        const entry = withOverrides(header.entry, overrides);
        this.#position = { offset, header: Buffer.concat(blocks) };
        this.#unread = entry.size;
        this.#padding = paddingOf(entry.size);
        return entry;
      }
      if (header.size > MAX_EXTENSION_BYTES) {
        throw new KubescriptError("MALFORMED_RESPONSE", "the archive has a name of more than 1 MiB");
      }
      const content = await this.#take(header.size + paddingOf(header.size));
      blocks.push(content);
      const said = decodeExtension(header.kind, content.subarray(0, header.size));
      if (header.kind === "pax-global") this.#globals = { ...this.#globals, ...defined(said) };
      overrides = { ...overrides, ...defined(said) };
    }
  }

  /** The content of the current entry, in the pieces in which it came. */
  async *body(): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.#unread > 0) {
      const piece = await this.#piece(this.#unread);
      this.#unread -= piece.length;
      yield piece;
    }
    while (this.#padding > 0) this.#padding -= (await this.#piece(this.#padding)).length;
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** Takes the second of the two blocks that end an archive, and what fills its last record. */
  async #end(): Promise<void> {
    if (!isZeroBlock(await this.#take(BLOCK))) {
      throw new KubescriptError("MALFORMED_RESPONSE", "what came is no tar archive: it goes on behind its end");
    }
    this.#complete = true;
    this.#chunk = new Uint8Array();
    while ((await this.#source.next()).done !== true);
  }

  async #take(bytes: number): Promise<Uint8Array> {
    const taken = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      const piece = await this.#piece(bytes - filled);
      taken.set(piece, filled);
      filled += piece.length;
    }
    return taken;
  }

  /** What is there, at most so much. */
  async #piece(atMost: number): Promise<Uint8Array> {
    while (this.#chunk.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) throw truncated();
      this.#chunk = value;
    }
    const piece = this.#chunk.subarray(0, atMost);
    this.#chunk = this.#chunk.subarray(piece.length);
    this.#taken += piece.length;
    return piece;
  }
}

function truncated(): KubescriptError {
  return new KubescriptError("CONNECTION_LOST", "the archive ended before its end", { retryable: true });
}

function defined(overrides: TarOverrides): TarOverrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}
