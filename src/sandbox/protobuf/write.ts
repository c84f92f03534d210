/** Writes fields of protobuf messages: https://protobuf.dev/programming-guides/encoding */
import { FIXED64 } from "./wire.ts";

const VARINT = 0;
const BYTES = 2;

/** Bytes of a message, or of a part of one. */
export type Message = readonly Uint8Array[];

/** A field that is itself a message; an empty one is written too, for it says that the field is there. */
export function messageField(number: number, message: Message): Message {
  const length = message.reduce((sum, part) => sum + part.byteLength, 0);
  return [tag(number, BYTES), varint(length), ...message];
}

/** A text; nothing when it is undefined. */
export function textField(number: number, text: string | undefined): Message {
  return text === undefined ? [] : messageField(number, [Buffer.from(text)]);
}

/** True; nothing when it is false or undefined, which is how proto3 says it. */
export function flagField(number: number, flag: boolean | undefined): Message {
  return flag === true ? [tag(number, VARINT), varint(1)] : [];
}

/** A whole number from 0; nothing when it is undefined. */
export function countField(number: number, count: number | undefined): Message {
  return count === undefined ? [] : [tag(number, VARINT), varint(count)];
}

/** A floating-point number; nothing when it is undefined. */
export function doubleField(number: number, value: number | undefined): Message {
  if (value === undefined) return [];
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return [tag(number, FIXED64), bytes];
}

function tag(number: number, wireType: number): Uint8Array {
  return varint(number * 8 + wireType);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
