/**
 * A file's bytes as text. A byte order mark decides, as for kubectl: PowerShell's `>` writes UTF-16. Without one it is
 * UTF-8, and bytes that are none become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const utf16 =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : undefined;
  return new TextDecoder(utf16 ?? "utf-8").decode(bytes);
}
