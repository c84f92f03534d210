/**
 * Resource quantities without loss: what the API server computes and prints.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
 */
import { UsageError } from "../errors.ts";

/** How a quantity is written: `1500m`, `2Ki`, `2e3`. */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** An amount in billionths, the finest that the API keeps. */
export interface ExactQuantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const NANO = 10n ** 9n;
const DECIMAL_SUFFIXES: readonly string[] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY_SUFFIXES: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([KMGTPE]i)|[eE]([+-]?\d+)|([numkMGTPE]))?$/;
/** Beyond this no amount means anything, and powers would only eat memory. */
const LARGEST_EXPONENT = 100;

/** Reads `500m`, `1.5Gi`, `2e3` or a number. Finer than a billionth is rounded away from zero, as the server does. */
export function parseExactQuantity(quantity: string | number): ExactQuantity {
  const [all, sign, digits = "", binary, exponentText, decimal] = QUANTITY.exec(String(quantity)) ?? [];
  const exponent = Number(exponentText ?? 0);
  if (all === undefined || Math.abs(exponent) > LARGEST_EXPONENT) {
    throw new UsageError("INVALID_INPUT", `Cannot read "${quantity}" as a quantity`, {
      hint: "Write a number, with a unit when it needs one: 500m, 1.5, 128Mi, 2Gi, 10k.",
    });
  }
  const [whole = "", fraction = ""] = digits.split(".");
  let numerator = BigInt(`${whole}${fraction}` || "0") * NANO;
  if (binary !== undefined) numerator *= 1024n ** BigInt(BINARY_SUFFIXES.indexOf(binary));
  const power = (decimal === undefined ? exponent : 3 * (DECIMAL_SUFFIXES.indexOf(decimal) - 3)) - fraction.length;
  if (power > 0) numerator *= 10n ** BigInt(power);
  const divisor = power < 0 ? 10n ** BigInt(-power) : 1n;
  const nano = (numerator + divisor - 1n) / divisor;
  const format = binary !== undefined ? "BinarySI" : exponentText !== undefined ? "DecimalExponent" : "DecimalSI";
  return { nano: sign === "-" ? -nano : nano, format };
}

/** The server's canonical text: no fraction, the largest suffix that needs none. */
export function formatExactQuantity({ nano, format }: ExactQuantity): string {
  if (nano === 0n) return "0";
  const isSmall = nano > -1024n * NANO && nano < 1024n * NANO;
  if (format === "BinarySI" && !isSmall && nano % NANO === 0n) return withSuffix(nano / NANO, 1024n, BINARY_SUFFIXES);
  if (format !== "DecimalExponent") return withSuffix(nano, 1000n, DECIMAL_SUFFIXES);
  let mantissa = nano;
  let exponent = -9;
  for (; mantissa % 1000n === 0n; exponent += 3) mantissa /= 1000n;
  return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`;
}

/** The sum, written as the first of the two is, or as the other where the first is zero. */
export function addQuantities(a: string | number, b: string | number): string {
  const first = parseExactQuantity(a);
  const second = parseExactQuantity(b);
  return formatExactQuantity({
    nano: first.nano + second.nano,
    format: first.nano === 0n ? second.format : first.format,
  });
}

/** Negative, zero or positive, as for Array.sort. */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseExactQuantity(a).nano - parseExactQuantity(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function withSuffix(value: bigint, base: bigint, suffixes: readonly string[]): string {
  let mantissa = value;
  let at = 0;
  while (mantissa % base === 0n && at < suffixes.length - 1) {
    mantissa /= base;
    at += 1;
  }
  return `${mantissa}${suffixes[at] ?? ""}`;
}
