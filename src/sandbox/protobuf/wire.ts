/** Why bytes are no message, in the words of Go's generated readers. */
export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
}

/** One field of a protobuf message as it stands on the wire: https://protobuf.dev/programming-guides/encoding */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** A varint's or fixed number's bits, or the bytes of everything else. */
  readonly value: bigint | Uint8Array;
}

const VARINT = 0;
/** A 64-bit number of fixed length: a double. */
export const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** The fields of a message, in order. Throws a ProtobufError when the message ends early or is no message. */
export function wireFields(message: Uint8Array): WireField[] {
  const fields: WireField[] = [];
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;

  function varint(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at];
      if (shift > 63n) throw new ProtobufError("proto: integer overflow");
      if (byte === undefined) throw new ProtobufError("unexpected EOF");
      at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  }

  function take(length: number): number {
    if (at + length > message.byteLength) throw new ProtobufError("unexpected EOF");
    at += length;
    return at - length;
  }

  while (at < message.byteLength) {
    const tag = varint();
    const number = Number(BigInt.asIntN(32, tag >> 3n));
    const wireType = Number(tag & 7n);
    if (number <= 0) throw new ProtobufError(`proto: illegal tag ${number} (wire type ${wireType})`);
    if (wireType === VARINT) fields.push({ number, wireType, value: varint() });
    else if (wireType === FIXED64) fields.push({ number, wireType, value: view.getBigUint64(take(8), true) });
    else if (wireType === FIXED32) fields.push({ number, wireType, value: BigInt(view.getUint32(take(4), true)) });
    else if (wireType === BYTES) {
      const length = Number(varint());
      const start = take(length);
      fields.push({ number, wireType, value: message.subarray(start, start + length) });
    } else throw new ProtobufError(`proto: illegal wireType ${wireType}`);
  }
  return fields;
}

/** The bytes of a field. Throws a ProtobufError when it is a number. */
export function bytesOf({ value, wireType }: WireField, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw wrongWireType(wireType, name);
}

/** `name` is the field's in JSON; Go names it with a capital. */
export function wrongWireType(wireType: number, name: string): ProtobufError {
  const field = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return new ProtobufError(`proto: wrong wireType = ${wireType} for field ${field}`);
}

/** The field's last bytes; empty when it is absent. */
export function bytesAt(fields: readonly WireField[], number: number, name: string): Uint8Array {
  const field = fields.findLast((one) => one.number === number);
  return field === undefined ? new Uint8Array() : bytesOf(field, name);
}

/** The field's last number, as a signed integer; 0 when it is absent. */
export function integerAt(fields: readonly WireField[], number: number, name: string): number {
  const field = fields.findLast((one) => one.number === number);
  if (field === undefined) return 0;
  if (typeof field.value === "bigint") return signed(field.value, 64);
  throw wrongWireType(field.wireType, name);
}

/** A varint as Go reads it into an integer of so many bits: two's complement. */
export function signed(value: bigint, bits: 32 | 64): number {
  return Number(BigInt.asIntN(bits, value));
}

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function textOf(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}
