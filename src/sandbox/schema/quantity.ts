/**
 * Resource quantities as the server reads, compares and writes them:
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
 */

/** A number in billionths, and the notation that it was written in. */
export interface Quantity {
  readonly nano: bigint;
  readonly format: "DecimalSI" | "BinarySI" | "DecimalExponent";
}

const NANO = 1_000_000_000n;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: readonly string[] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const NUMBER_WRONG = "unable to parse numeric part of quantity";
const SUFFIX_WRONG = "unable to parse quantity's suffix";

/** Reads a quantity; a string is the server's reason why it is none. */
export function parseQuantity(text: string): Quantity | string {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (match === null || text === "") return FORMAT_WRONG;
  const [, sign = "", whole = "", fraction = "", suffix = ""] = match;
  if (whole === "" && fraction === "") return NUMBER_WRONG;
  const scale = scaleOf(suffix);
  if (scale === undefined) return SUFFIX_WRONG;
  const digits = BigInt(`${whole}${fraction}` || "0");
  const power = scale.exponent - fraction.length + 9;
  let nano = digits * scale.factor;
  if (power >= 0) nano *= 10n ** BigInt(power);
  else nano = divideUp(nano, 10n ** BigInt(-power));
  return { nano: sign === "-" ? -nano : nano, format: scale.format };
}

/** The canonical text: the largest suffix that leaves a whole number. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return "0";
  const small = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === "BinarySI" && !small) {
    let value = divideUp(nano, NANO);
    let power = 0;
    while (value % 1024n === 0n && power < BINARY.length) {
      value /= 1024n;
      power += 1;
    }
    return `${value}${power === 0 ? "" : BINARY[power - 1]}`;
  }
  let value = nano;
  let exponent = -9;
  while (value % 1000n === 0n && exponent < 18) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === "DecimalExponent") return exponent === 0 ? `${value}` : `${value}e${exponent}`;
  return `${value}${Object.keys(DECIMAL).find((suffix) => DECIMAL[suffix] === exponent) ?? ""}`;
}

/** The canonical text of what may be a quantity; undefined when it is none. */
export function canonicalQuantity(value: unknown): string | undefined {
  const parsed = quantityOf(value);
  return parsed === undefined ? undefined : formatQuantity(parsed);
}

/** Reads a quantity out of an object: a string, or a number that stands for one. */
export function quantityOf(value: unknown): Quantity | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const parsed = parseQuantity(String(value));
  return typeof parsed === "string" ? undefined : parsed;
}

/** Billionths of a quantity in an object; 0 where there is none. */
export function quantityNano(value: unknown): bigint {
  return quantityOf(value)?.nano ?? 0n;
}

/** A quantity in an object as a plain number; 0 where there is none. Exact enough to add up requests. */
export function quantityValue(value: unknown): number {
  return Number(quantityNano(value)) / Number(NANO);
}

function scaleOf(suffix: string): { factor: bigint; exponent: number; format: Quantity["format"] } | undefined {
  const binary = BINARY.indexOf(suffix);
  if (binary >= 0) return { factor: 1024n ** BigInt(binary + 1), exponent: 0, format: "BinarySI" };
  if (Object.hasOwn(DECIMAL, suffix)) return { factor: 1n, exponent: DECIMAL[suffix] ?? 0, format: "DecimalSI" };
  const exponent = /^[eE]([+-]?[0-9]{1,3})$/.exec(suffix);
  return exponent === null ? undefined : { factor: 1n, exponent: Number(exponent[1]), format: "DecimalExponent" };
}

/** Rounds away from zero, as the server does with what is smaller than its scale. */
function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (value % by === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}
