/** The data of ConfigMaps and Secrets. */
import { crypto } from "./crypto.ts";
import { listOf, type Refuse } from "./making.ts";

/** Texts, or bytes, by their key. */
export type KeyData = Readonly<Record<string, string | Uint8Array>>;

/** The API's limit for all values of an object together. */
const MOST_BYTES = 1024 * 1024;

/** All sources as one; a key that two of them have, or that is none, is refused. */
export function mergedData(
  refuse: Refuse,
  sources: KeyData | readonly KeyData[] | undefined,
): [string, string | Uint8Array][] {
  const merged = new Map<string, string | Uint8Array>();
  let bytes = 0;
  for (const source of listOf(sources)) {
    for (const [key, value] of Object.entries(source)) {
      requireKey(refuse, key);
      if (merged.has(key)) throw refuse(`the key "${key}" is given twice`);
      if (typeof value !== "string" && !(value instanceof Uint8Array)) {
        throw refuse(`the value of "${key}" is ${value === null ? "null" : typeof value}`, "It is a text, or bytes.");
      }
      merged.set(key, value);
      bytes += Buffer.byteLength(value);
    }
  }
  if (bytes > MOST_BYTES) {
    throw refuse(`its data has ${bytes} bytes`, `The API takes at most ${MOST_BYTES}, of all keys together.`);
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
}

function requireKey(refuse: Refuse, key: string): void {
  if (/^[-._a-zA-Z0-9]{1,253}$/.test(key) && key !== "." && !key.startsWith("..")) return;
  throw refuse(
    `"${key}" is no key`,
    "A key has 1 to 253 letters, digits, hyphens, underscores and dots, and is not a dot or begun by two.",
  );
}

/** Text where the bytes are UTF-8, for a ConfigMap's `data`; undefined where they belong into `binaryData`. */
export function textOf(value: string | Uint8Array): string | undefined {
  if (typeof value === "string") return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return undefined;
  }
}

export function base64Of(value: string | Uint8Array): string {
  return Buffer.from(value as Uint8Array).toString("base64");
}

/** What a hash is made of. */
export interface HashedContent {
  readonly [field: string]: string | HashedContent;
}

/** Characters that make words of a hexadecimal hash are replaced. */
const HASH_LETTERS: Readonly<Record<string, string>> = { 0: "g", 1: "h", 3: "k", a: "m", e: "t" };

/**
 * What kubectl and kustomize append to a name, so that other content has another:
 * https://github.com/kubernetes/kubectl/blob/master/pkg/util/hash/hash.go
 */
export function contentHash(content: HashedContent): string {
  const hex = crypto()
    .createHash("sha256")
    .update(asGoWrites(sortedJson(content)))
    .digest("hex")
    .slice(0, 10);
  return [...hex].map((one) => HASH_LETTERS[one] ?? one).join("");
}

/** JSON as Go writes it, by which what holds it has the same hash as what kubectl makes. */
export function asGoWrites(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** JSON with the keys of each object in the order of their bytes: an object of JavaScript has numbers first. */
function sortedJson(value: string | HashedContent): string {
  if (typeof value === "string") return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${sortedJson(one)}`).join(",")}}`;
}
