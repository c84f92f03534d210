import type { ApiObject } from "../model/object.ts";
import type { TableColumn, TablePrinter } from "./table.ts";

/** A column that is always shown. Type: `string` by default. */
export function column(name: string, type = "string"): TableColumn {
  return { name, type, format: name === "Name" ? "name" : "", description: "", priority: 0 };
}

/** A column that is shown with `-o wide`. */
export function wide(name: string, type = "string"): TableColumn {
  return { name, type, format: "", description: "", priority: 1 };
}

/** Printers of one group by kind. */
export type GroupPrinters = Readonly<Record<string, TablePrinter>>;

/** A printer from its columns and what fills them. */
export function printer(
  columns: readonly TableColumn[],
  cells: (object: ApiObject, now: number) => unknown[],
): TablePrinter {
  return { columns, cells };
}
