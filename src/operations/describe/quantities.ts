/** Sums of resource amounts, exact, written as the API writes them: `350m`, `240Mi`. */
import { UsageError } from "../../errors.ts";
import type { Quantity } from "../../types/common.ts";

/** `100m`, `64Mi`, `1e3`: the forms of units that the API keeps apart. */
type Units = "decimal" | "binary" | "exponent";

/** An amount in billionths, and the form of units that it is written in. */
export interface Amount {
  readonly nano: bigint;
  readonly units: Units;
}

export type Amounts = ReadonlyMap<string, Amount>;

export const ZERO: Amount = { nano: 0n, units: "decimal" };

const NANO = 10n ** 9n;
const DECIMAL_UNITS = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const EXPONENTS = ["e-9", "e-6", "e-3", "", "e3", "e6", "e9", "e12", "e15", "e18"];
const BINARY_UNITS = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** Throws UsageError for what is no quantity. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function amountOf(quantity: Quantity): Amount {
  const text = String(quantity).trim();
  const match = /^([+-]?)(\d*)\.?(\d*)(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE]))?$/.exec(text);
  const [, sign, whole = "", fraction = "", exponent, binary, decimal = ""] = match ?? [];
  if (match === null || whole + fraction === "")
    throw new UsageError("INVALID_INPUT", `Cannot read "${text}" as a quantity`);
  const power = exponent === undefined ? 3 * (DECIMAL_UNITS.indexOf(decimal) - 3) : Number(exponent.slice(1));
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const scale = 9 - fraction.length + (binary === undefined ? power : 0);
  const factor = binary === undefined ? 1n : 1024n ** BigInt(BINARY_UNITS.indexOf(binary));
  const nano = scale >= 0 ? digits * factor * 10n ** BigInt(scale) : (digits * factor) / 10n ** BigInt(-scale);
  return { nano, units: binary !== undefined ? "binary" : exponent !== undefined ? "exponent" : "decimal" };
}

/** The sum, in the units of the first that is not nothing. */
export function plus(a: Amount, b: Amount): Amount {
  return { nano: a.nano + b.nano, units: a.nano === 0n ? b.units : a.units };
}

/** The greater; the first where they are alike. */
export function greater(a: Amount, b: Amount): Amount {
  return b.nano > a.nano ? b : a;
}

/** In the greatest unit that leaves a whole number. */
export function amountText({ nano, units }: Amount): string {
  if (nano === 0n) return "0";
  const bytes = nano / NANO;
  // What is below 1024, or no whole number, has no binary unit.
  if (units === "binary" && nano % NANO === 0n && (bytes >= 1024n || bytes <= -1024n))
    return inUnits(bytes, 1024n, BINARY_UNITS);
  return inUnits(nano, 1000n, units === "exponent" ? EXPONENTS : DECIMAL_UNITS);
}

/** A quantity as the API would write it; not every server or client does: a kubelet says `8388608Ki` for `8Gi`. */
export function quantityText(quantity: Quantity | undefined, otherwise = "0"): string {
  return quantity === undefined ? otherwise : amountText(amountOf(quantity));
}

function inUnits(amount: bigint, step: bigint, units: readonly string[]): string {
  let value = amount;
  let unit = 0;
  while (unit < units.length - 1 && value % step === 0n) {
    value /= step;
    unit += 1;
  }
  return `${value}${units[unit] ?? ""}`;
}

/** How much of the whole it is, in percent rounded down; nothing of nothing is none of it. */
export function percentOf({ nano }: Amount, whole: Amount): string {
  return whole.nano === 0n ? "0%" : `${(nano * 100n) / whole.nano}%`;
}
