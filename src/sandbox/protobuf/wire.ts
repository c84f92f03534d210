/** One field of a protobuf message as it stands on the wire: https://protobuf.dev/programming-guides/encoding */
export interface WireField {
  readonly number: number;
  /** A varint's or fixed number's bits, or the bytes of everything else. */
  readonly value: bigint | Uint8Array;
  /** Whether a 64-bit number was fixed in length: a double's bits. */
  readonly fixed: boolean;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The fields of a message, in order. Throws a RangeError when the message ends early or is no message. */
export function wireFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;

  function varint(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at];
      if (byte === undefined || shift > 63n) throw new RangeError("unexpected EOF");
      at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  }

  function take(length: number): number {
    if (at + length > message.byteLength) throw new RangeError("unexpected EOF");
    at += length;
    return at - length;
  }

  while (at < message.byteLength) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const type = tag & 7;
    if (type === VARINT) fields.push({ number, value: varint(), fixed: false });
    else if (type === FIXED64) fields.push({ number, value: view.getBigUint64(take(8), true), fixed: true });
    else if (type === FIXED32) fields.push({ number, value: BigInt(view.getUint32(take(4), true)), fixed: true });
    else if (type === BYTES) {
      const length = Number(varint());
      const start = take(length);
      fields.push({ number, value: message.subarray(start, start + length), fixed: false });
    } else throw new RangeError(`proto: illegal wireType ${type}`);
  }
  return fields;
}

/** The field's last bytes; undefined when it is absent. */
export function bytesAt(fields: readonly WireField[], number: number): Uint8Array | undefined {
  const value = fields.findLast((field) => field.number === number)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

/** The field's last number, as a signed integer; 0 when it is absent. */
export function integerAt(fields: readonly WireField[], number: number): number {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === "bigint" ? signed(value) : 0;
}

/** A varint as Go reads it into an int64 or int32: two's complement. */
export function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes ?? new Uint8Array());
}
