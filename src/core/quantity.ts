import { UsageError } from "../errors.ts";

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/**
 * The number that a resource quantity stands for: `500m` is 0.5, `1Gi` 1073741824, `2` and `2e3` themselves.
 * Throws UsageError for anything else. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(quantity: string | number): number {
  if (typeof quantity === "number") return quantity;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE]))?$/.exec(quantity.trim());
  if (match === null) {
    throw new UsageError("INVALID_INPUT", `Cannot read "${quantity}" as a quantity`, {
      hint: "Write a number, with a unit when it needs one: 500m, 1.5, 128Mi, 2Gi, 10k.",
    });
  }
  const [, digits = "0", exponent, binary, decimal = ""] = match;
  if (exponent !== undefined) return Number(digits + exponent);
  if (binary !== undefined) return Number(digits) * 1024 ** (BINARY.indexOf(binary) + 1);
  return Number(`${digits}e${DECIMAL[decimal] ?? 0}`);
}
