import type { PrintedAs, PrintedColumn } from "../../resources/printed.ts";
import { rememberRow } from "../../resources/printed.ts";
import { sumOf, type Usage, usageCells } from "./usage.ts";

const LINE = "________";

/** What takes how much, as an array of rows; printed in kubectl's columns. */
export class UsageList<T extends Usage> extends Array<T> implements PrintedAs {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  readonly #titles: readonly string[];
  readonly #cells: (row: T) => readonly string[];
  readonly #showsSum: boolean;
  readonly #nothing: string;

  /**
   * @param cells those of a row, under the titles
   * @param nothing what is printed where there are no rows
   */
  constructor(
    rows: readonly T[],
    print: {
      readonly titles: readonly string[];
      readonly cells: (row: T) => readonly string[];
      readonly sum?: boolean | undefined;
      readonly nothing: string;
    },
  ) {
    super();
    this.#titles = print.titles;
    this.#cells = print.cells;
    this.#showsSum = print.sum === true;
    this.#nothing = print.nothing;
    for (const row of rows) this.push(row);
  }

  /** What all of them take together. */
  get total(): Usage {
    return sumOf(this);
  }

  printedAs(): { readonly rows: readonly unknown[]; readonly notes: readonly string[] } {
    if (this.length === 0) return { rows: [], notes: [this.#nothing] };
    const rows = [...this].map((row) => this.#cells(row));
    if (this.#showsSum) {
      const before = Array.from({ length: this.#titles.length - 2 }, () => "");
      rows.push([...before, LINE, LINE], [...before, ...usageCells(this.total)]);
    }
    const columns = this.#titles.map((title): PrintedColumn => ({ name: title, title, priority: 0 }));
    return { rows: rows.map((cells) => printedObject(columns, cells)), notes: [] };
  }
}

/** Something to print: a row needs an object that has it. */
function printedObject(columns: readonly PrintedColumn[], cells: readonly string[]): object {
  const object = { apiVersion: "metrics.k8s.io/v1beta1", kind: "Usage", metadata: {} };
  rememberRow(object, { columns, cells });
  return object;
}
