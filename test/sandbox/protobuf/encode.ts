/** A hand's worth of protobuf's wire format, to write bodies that no captured client sends. */

export type Part = number | bigint | string | Uint8Array | readonly number[];

function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** One field: a number as a varint, everything else with its length before it. */
export function field(number: number, value: Part): number[] {
  if (typeof value === "number" || typeof value === "bigint") return [...varint(number * 8), ...varint(value)];
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes];
}

export function body(apiVersion: string, kind: string, ...message: readonly number[][]): Uint8Array {
  const type = [...field(1, apiVersion), ...field(2, kind)];
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...field(1, type), ...field(2, message.flat())]);
}

export const entry = (key: string, value: Part): number[] => [...field(1, key), ...field(2, value)];
