import { parseQuantity } from "../../core/quantity.ts";
import { UsageError } from "../../errors.ts";

/** What something takes at the moment. */
export interface Usage {
  /** Cores: 0.25 is a quarter of one. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** `cpu` and `memory` as the API writes them. */
export type Amounts = Readonly<Record<string, string | undefined>>;

const NO_USAGE: Usage = { cpuCores: 0, memoryBytes: 0 };

export function usageOf(amounts: Amounts | undefined): Usage {
  return { cpuCores: parseQuantity(amounts?.cpu ?? 0), memoryBytes: parseQuantity(amounts?.memory ?? 0) };
}

export function sumOf(usages: readonly Usage[]): Usage {
  return usages.reduce(
    (sum, { cpuCores, memoryBytes }) => ({
      cpuCores: sum.cpuCores + cpuCores,
      memoryBytes: sum.memoryBytes + memoryBytes,
    }),
    NO_USAGE,
  );
}

/** kubectl's units: millicores, rounded up as the API's own numbers are, and whole mebibytes. */
export function usageCells({ cpuCores, memoryBytes }: Usage): [cpu: string, memory: string] {
  return [`${milli(cpuCores)}m`, `${Math.floor(memoryBytes / 2 ** 20)}Mi`];
}

/** Whole percent of what there is, as kubectl cuts it; undefined where it is not known what there is. */
export function percentOf(used: number, available: number | undefined): number | undefined {
  if (available === undefined) return undefined;
  return available === 0 ? 0 : Math.floor((milli(used) / milli(available)) * 100);
}

/** A hair above a whole number of thousandths is an error of floating point, not usage. */
function milli(amount: number): number {
  return Math.ceil(Math.round(amount * 1e9) / 1e6);
}

/** The most first; by name, and without an order, as they come. */
export function inOrderOf<T extends Usage>(rows: readonly T[], sortBy: "cpu" | "memory" | undefined): T[] {
  if (sortBy === undefined) return [...rows];
  if (sortBy !== "cpu" && sortBy !== "memory") {
    throw new UsageError("INVALID_INPUT", `Cannot sort by ${JSON.stringify(sortBy)}: there is no such figure`, {
      hint: 'Use "cpu" or "memory".',
    });
  }
  const amount = ({ cpuCores, memoryBytes }: Usage): number => (sortBy === "cpu" ? cpuCores : memoryBytes);
  return rows.toSorted((a, b) => amount(b) - amount(a));
}
