import { constants, createInflate, type Inflate } from "node:zlib";
import { DICTIONARY_ID, headerDictionary } from "./dictionary.ts";

/** An empty block after a block: without it readers may wait for what follows before they give out what they have. */
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff]);

/** Reads the header blocks of one connection in order: they are one compressed stream. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: headerDictionary(), flush: constants.Z_SYNC_FLUSH });

  constructor() {
    // Each failure is reported by the read that met it.
    this.#inflate.on("error", () => undefined);
  }

  /** Rejects when the block cannot be read; then no further one can. */
  async read(block: Buffer): Promise<Map<string, string>> {
    await new Promise<void>((resolve, reject) => {
      this.#inflate.write(block, (error) => (error == null ? resolve() : reject(error)));
    });
    const bytes = this.#inflate.read() as Buffer | null;
    return parsePairs(bytes ?? Buffer.alloc(0));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

/** Writes the header blocks of one connection. They are not compressed, which zlib's format allows for. */
export class HeaderWriter {
  #begun = false;

  write(headers: ReadonlyMap<string, string>): Buffer {
    const pairs = [...headers].flatMap(([name, value]) => [counted(name), counted(value)]);
    const content = Buffer.concat([uint32(headers.size), ...pairs]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(content.length, 1);
    stored.writeUInt16LE(~content.length & 0xffff, 3);
    const begin = this.#begun ? [] : [Buffer.from([0x78, 0xbb]), uint32(DICTIONARY_ID)];
    this.#begun = true;
    return Buffer.concat([...begin, stored, content, FLUSH]);
  }
}

function parsePairs(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const next = (): string => {
    const length = bytes.readUInt32BE(at);
    const text = bytes.toString("utf8", at + 4, at + 4 + length);
    at += 4 + length;
    return text;
  };
  for (let left = bytes.readUInt32BE(0); left > 0; left--) headers.set(next(), next());
  return headers;
}

function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
