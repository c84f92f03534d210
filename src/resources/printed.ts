import type { KubernetesObject, ListMeta } from "../core/object.ts";
import type { Table } from "./table.ts";

export interface PrintedColumn {
  readonly name: string;
  readonly priority: number;
  /** The header, where it is not the name in capitals. */
  readonly title?: string;
  /** The least width, where rows come one by one. */
  readonly width?: number;
}

/** One object as the server printed it: a row of a Table with its columns. */
export interface PrintedRow {
  readonly columns: readonly PrintedColumn[];
  readonly cells: readonly unknown[];
  /** Fetched from all namespaces at once, so that each row must say its own. */
  readonly everywhere?: boolean;
  /** What stands before all other columns, the namespace's as well. */
  readonly leading?: readonly { readonly name: string; readonly cell: string }[];
}

/** A result that is no list and is read as a table with lines below it; as JSON it is what it is. */
export interface PrintedAs {
  printedAs(): { readonly rows: readonly unknown[]; readonly notes: readonly string[] };
}

/** Narrows to a result that says how it is printed. */
export function isPrintedAs(value: unknown): value is PrintedAs {
  return typeof value === "object" && value !== null && "printedAs" in value && typeof value.printedAs === "function";
}

/** The rows live as long as their objects, and a copy or a changed object has none. */
const rows = new WeakMap<KubernetesObject, PrintedRow>();

/** How the server printed this very object; undefined when it was fetched without its row. */
export function printedRow(object: KubernetesObject): PrintedRow | undefined {
  return rows.get(object);
}

/** Notes how the server printed an object. */
export function rememberRow(object: KubernetesObject, row: PrintedRow): void {
  rows.set(object, row);
}

/**
 * The list that a Table with whole objects stands for; each object keeps its row. A server that has none to show may
 * say null, as it does for CustomResourceDefinitions.
 */
export function listOfTable<T extends KubernetesObject>(
  table: Omit<Table, "rows"> & { readonly rows: Table["rows"] | null },
  everywhere = false,
): { metadata?: ListMeta; items: T[] } {
  const items: T[] = [];
  for (const row of table.rows ?? []) {
    if (row.object === undefined) continue;
    rememberRow(row.object, { columns: table.columnDefinitions, cells: row.cells, everywhere });
    items.push(row.object as T);
  }
  return table.metadata === undefined ? { items } : { metadata: table.metadata, items };
}

/** Tables of one row each, as a watch sends them: only the first names the columns. */
export class WatchedRows<T extends KubernetesObject> {
  #columns: Table["columnDefinitions"] = [];

  /** The object of an event's Table, with its row; a bookmark's is whatever carries its version. */
  objectOf(table: Table): T {
    if (table.columnDefinitions?.length > 0) this.#columns = table.columnDefinitions;
    const [row] = table.rows ?? [];
    const object = (row?.object ?? { metadata: table.metadata }) as T;
    if (row !== undefined) rememberRow(object, { columns: this.#columns, cells: row.cells });
    return object;
  }
}
