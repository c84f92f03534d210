/** Reading of DER, as far as certificate requests need it. */

/** One value: its tag, its content, and the bytes of both. */
export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  readonly bytes: Buffer;
}

/** The text is no DER. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** The values that `bytes` is a sequence of, and nothing else. Throws DerError. */
export function readValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = readValue(bytes.subarray(at));
    values.push(value);
    at += value.bytes.length;
  }
  return values;
}

/** The value that `bytes` begins with. Throws DerError. */
export function readValue(bytes: Buffer): DerValue {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError("it ends too early");
  const digits = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || digits > 4) throw new DerError("a length cannot be read");
  const length = digits === 0 ? first : bytes.subarray(2, 2 + digits).reduce((sum, digit) => sum * 256 + digit, 0);
  const start = 2 + digits;
  if (start + length > bytes.length) throw new DerError("it ends too early");
  return { tag, content: bytes.subarray(start, start + length), bytes: bytes.subarray(0, start + length) };
}

/** `1.2.840.10045.4.3.2` */
export function readObjectIdentifier({ content }: DerValue): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  const [head = 0, ...rest] = numbers;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join(".");
}
