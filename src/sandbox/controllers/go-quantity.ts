import { type Quantity, quantityOf } from "../schema/quantity.ts";

/** Go keeps an amount as value × 10^scale where 64 bits hold it, else as a big decimal of billionths. */
type Amount = { readonly value: bigint; readonly scale: number } | { readonly billionths: bigint };

const NIL_DECIMAL = "(*inf.Dec)<nil>";
/** What text that is no quantity counts as; none is stored. */
const NONE: Quantity = { nano: 0n, format: "DecimalSI" };
/** Digits that fit into 64 bits whatever they are, in decimal and in binary notation. */
const MAX_DIGITS = { decimal: 18, binary: 14 };

/**
 * The fields of Go's resource.Quantity as spew prints them, of a quantity in the server's canonical form.
 * https://github.com/kubernetes/apimachinery/blob/v0.36.2/pkg/api/resource/quantity.go
 */
export function dumpQuantity(quantity: unknown): string {
  if (quantity === undefined || quantity === null) return fields({ value: 0n, scale: 0 }, "", "");
  const text = String(quantity);
  const { nano, format } = quantityOf(text) ?? NONE;
  const digits = /\d+/.exec(text)?.[0] ?? "";
  const amount = format === "BinarySI" ? binaryAmount(nano, text, digits) : decimalAmount(nano, text, digits);
  // The text is kept where parsing can tell at once that it is canonical: for multiples of eight with a binary unit
  // it does not look closely enough, and large amounts never come that far.
  const kept = "value" in amount && (format !== "BinarySI" || BigInt(digits) % 8n !== 0n);
  return fields(amount, kept ? text : "", format);
}

function binaryAmount(nano: bigint, text: string, digits: string): Amount {
  const powerOfTwo = 10 * ("KMGTPE".indexOf(text.at(-2) ?? "") + 1);
  if (digits.length + Math.trunc((powerOfTwo * 3) / 10) > MAX_DIGITS.binary) return { billionths: nano };
  return { value: nano / 10n ** 9n, scale: 0 };
}

function decimalAmount(nano: bigint, text: string, digits: string): Amount {
  if (digits.length > MAX_DIGITS.decimal) return { billionths: nano };
  return { value: text.startsWith("-") ? -BigInt(digits) : BigInt(digits), scale: powerOfTen(text) };
}

function powerOfTen(text: string): number {
  const exponent = /[eE]([+-]?\d+)$/.exec(text)?.[1];
  if (exponent !== undefined) return Number(exponent);
  const unit = "numkMGTPE".indexOf(text.at(-1) ?? "");
  return unit === -1 ? 0 : unit < 3 ? 3 * unit - 9 : 3 * unit - 6;
}

function fields(amount: Amount, text: string, format: string): string {
  const { value, scale } = "value" in amount ? amount : { value: 0n, scale: 0 };
  const small = `(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`;
  const decimal = "billionths" in amount ? `(*inf.Dec)${dumpDecimal(amount.billionths)}` : NIL_DECIMAL;
  return `{i:${small} d:(resource.infDecAmount){Dec:${decimal}} s:(string)${text} Format:(resource.Format)${format}}`;
}

/** Sign and 64-bit words, the lowest first. */
function dumpDecimal(billionths: bigint): string {
  const words: bigint[] = [];
  for (let rest = billionths < 0n ? -billionths : billionths; rest > 0n; rest >>= 64n) {
    words.push(BigInt.asUintN(64, rest));
  }
  return `{unscaled:(big.Int){neg:(bool)${billionths < 0n} abs:(big.nat)[${words.join(" ")}]} scale:(inf.Scale)9}`;
}
