/**
 * The 512-byte blocks before each file of a tar archive. Read: v7, ustar, GNU and PAX. Written: GNU, the one form of long
 * names and large sizes that every tar unpacks; busybox passes over PAX.
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
import { KubescriptError } from "../../errors.ts";
import { nameOfBytes } from "./name-bytes.ts";

export const BLOCK = 512;

export type TarEntryType = "file" | "directory" | "symlink" | "link" | "device" | "fifo" | "other";

/** One file of an archive, without its content. */
export interface TarEntry {
  /** As it stands there: with `/`, maybe with `./` before or `/` behind. */
  readonly name: string;
  readonly type: TarEntryType;
  /** Bytes of content in the archive. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly mtimeMs: number;
  /** What a link points at. */
  readonly linkName: string;
  readonly uid: number;
  readonly gid: number;
}

/** What a header block says: an entry, or more about the entry that follows. */
export type TarHeader =
  | { readonly type: "entry"; readonly entry: TarEntry }
  | {
      readonly type: "extension";
      readonly kind: "long-name" | "long-link" | "pax" | "pax-global";
      readonly size: number;
    };

/** What extensions say of the next entry. */
export interface TarOverrides {
  readonly name?: string | undefined;
  readonly linkName?: string | undefined;
  readonly size?: number | undefined;
  readonly mtimeMs?: number | undefined;
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "3": "device",
  "4": "device",
  "5": "directory",
  "6": "fifo",
};
const FLAGS = { file: "0", link: "1", symlink: "2", directory: "5" } as const;
const EXTENSIONS = { L: "long-name", K: "long-link", x: "pax", g: "pax-global" } as const;

const GNU_MAGIC = "ustar  \0";
const NAME_BYTES = 100;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes that fill the last block of a content. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Reads one block. Throws MALFORMED_RESPONSE for what is none: its checksum tells. */
export function decodeHeader(block: Uint8Array): TarHeader {
  if (checksum(block) !== readNumber(block, 148, 8)) {
    throw new KubescriptError("MALFORMED_RESPONSE", "what came is no tar archive: the checksum of a header is wrong");
  }
  const flag = String.fromCharCode(block[156] ?? 0);
  const size = readNumber(block, 124, 12);
  if (flag === "L" || flag === "K" || flag === "x" || flag === "g") {
    return { type: "extension", kind: EXTENSIONS[flag], size };
  }
  const plain = readText(block, 0, NAME_BYTES);
  // In GNU's own form there are times where ustar has the beginning of the name.
  const prefix = readText(block, 257, 6) === "ustar" ? readText(block, 345, 155) : "";
  const name = prefix === "" ? plain : `${prefix}/${plain}`;
  const type = TYPES[flag] ?? "other";
  const isContent = type === "file" || type === "other";
  return {
    type: "entry",
    entry: {
      name,
      type: type === "file" && name.endsWith("/") ? "directory" : type,
      size: isContent ? size : 0,
      mode: readNumber(block, 100, 8) & 0o7777,
      mtimeMs: readNumber(block, 136, 12) * 1000,
      linkName: readText(block, 157, NAME_BYTES),
      uid: readNumber(block, 108, 8),
      gid: readNumber(block, 116, 8),
    },
  };
}

/** Reads the content of an extension. */
export function decodeExtension(
  kind: "long-name" | "long-link" | "pax" | "pax-global",
  data: Uint8Array,
): TarOverrides {
  if (kind === "long-name") return { name: readText(data, 0, data.length) };
  if (kind === "long-link") return { linkName: readText(data, 0, data.length) };
  const records = paxRecords(data);
  const [size, mtime] = [records.get("size"), records.get("mtime")].map((text) =>
    text === undefined ? NaN : Number(text),
  );
  return {
    name: records.get("path"),
    linkName: records.get("linkpath"),
    size: Number.isSafeInteger(size) ? size : undefined,
    mtimeMs: Number.isFinite(mtime) ? Number(mtime) * 1000 : undefined,
  };
}

/** The entry as its extensions have it. */
export function withOverrides(entry: TarEntry, overrides: TarOverrides): TarEntry {
  const name = overrides.name ?? entry.name;
  return {
    ...entry,
    name,
    type: entry.type === "file" && name.endsWith("/") ? "directory" : entry.type,
    linkName: overrides.linkName ?? entry.linkName,
    size: entry.type === "file" || entry.type === "other" ? (overrides.size ?? entry.size) : 0,
    mtimeMs: overrides.mtimeMs ?? entry.mtimeMs,
  };
}

/** The blocks that stand before an entry's content. */
export function encodeHeader(entry: TarEntry & { readonly type: keyof typeof FLAGS }): Uint8Array {
  const name = encoder.encode(entry.name);
  const linkName = encoder.encode(entry.linkName);
  const blocks: Uint8Array[] = [];
  if (linkName.length > NAME_BYTES) blocks.push(...longText("K", linkName));
  if (name.length > NAME_BYTES) blocks.push(...longText("L", name));
  blocks.push(block({ ...entry, name, linkName, flag: FLAGS[entry.type] }));
  return Buffer.concat(blocks);
}

/** How long {@link encodeHeader} makes it. */
export function headerLength({ name, linkName }: Pick<TarEntry, "name" | "linkName">): number {
  return [name, linkName].reduce((sum, text) => {
    const length = Buffer.byteLength(text);
    return length > NAME_BYTES ? sum + BLOCK + length + 1 + paddingOf(length + 1) : sum;
  }, BLOCK);
}

/** What ends an archive. */
export function endOfArchive(): Uint8Array {
  return new Uint8Array(2 * BLOCK);
}

interface Fields extends Pick<TarEntry, "size" | "mode" | "mtimeMs" | "uid" | "gid"> {
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  readonly flag: string;
}

function longText(flag: "L" | "K", text: Uint8Array): Uint8Array[] {
  const size = text.length + 1;
  const fields = { size, mode: 0o644, mtimeMs: 0, uid: 0, gid: 0, flag };
  const content = new Uint8Array(size + paddingOf(size));
  content.set(text);
  return [block({ ...fields, name: encoder.encode("././@LongLink"), linkName: new Uint8Array() }), content];
}

function block(fields: Fields): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  bytes.set(fields.name.subarray(0, NAME_BYTES), 0);
  writeNumber(bytes, 100, 8, fields.mode);
  writeNumber(bytes, 108, 8, fields.uid);
  writeNumber(bytes, 116, 8, fields.gid);
  writeNumber(bytes, 124, 12, fields.size);
  writeNumber(bytes, 136, 12, Math.max(0, Math.floor(fields.mtimeMs / 1000)));
  bytes[156] = fields.flag.charCodeAt(0);
  bytes.set(fields.linkName.subarray(0, NAME_BYTES), 157);
  bytes.set(encoder.encode(GNU_MAGIC), 257);
  bytes.set(encoder.encode(`${checksum(bytes).toString(8).padStart(6, "0")}\0 `), 148);
  return bytes;
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function checksum(bytes: Uint8Array): number {
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += bytes[at] ?? 0;
  return sum;
}

/** Octal digits, or in base 256 where those are too few. */
function writeNumber(bytes: Uint8Array, start: number, length: number, value: number): void {
  const octal = value.toString(8);
  if (octal.length < length) {
    bytes.set(encoder.encode(octal.padStart(length - 1, "0")), start);
    return;
  }
  let rest = value;
  for (let at = start + length - 1; at > start; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[start] = 0x80;
}

function readNumber(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = readText(bytes, start, length).trim();
    return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : 0;
  }
  // Two's complement: a time before 1970 is negative.
  let value = first === 0xff ? -1 : first & 0x7f;
  for (let at = start + 1; at < start + length; at++) value = value * 256 + (bytes[at] ?? 0);
  return value;
}

/** Up to the first NUL. */
function readText(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return nameOfBytes(end === -1 ? field : field.subarray(0, end));
}

/** `LENGTH KEY=VALUE\n`, LENGTH counting all of it. */
function paxRecords(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  let start = 0;
  while (start < data.length) {
    const space = data.indexOf(0x20, start);
    const length = space === -1 ? 0 : Number(decoder.decode(data.subarray(start, space)));
    if (!Number.isSafeInteger(length) || length <= space - start) break;
    const record = nameOfBytes(data.subarray(space + 1, start + length - 1));
    const equals = record.indexOf("=");
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    start += length;
  }
  return records;
}
