/**
 * Names of files as texts. A name is bytes, and of old systems not always UTF-8; such a one is kept apart from every other
 * by lone surrogates, which no text has, in place of its bytes beyond ASCII. We neither write nor send it: under another
 * name it could replace its neighbour.
 */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const FIRST = 0xdc00;

export function nameOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte < 0x80 ? byte : FIRST + byte)).join("");
  }
}

/** Whether a name stands for bytes that are no UTF-8. */
export function isForeignName(name: string): boolean {
  return /[\udc80-\udcff]/u.test(name);
}

/** A name for messages: `caf\xe9`. */
export function shownName(name: string): string {
  return name.replace(/[\udc80-\udcff]/gu, (char) => `\\x${(char.charCodeAt(0) - FIRST).toString(16)}`);
}
