import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";

/** `meta/v1` TableColumnDefinition. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, 1 and above with `-o wide`. */
  readonly priority: number;
}

/** How one resource is printed: its columns, and one object's cells. */
export interface TablePrinter {
  readonly columns: readonly TableColumn[];
  /** `now` in milliseconds, for ages. */
  cells(object: ApiObject, now: number): unknown[];
}

/** Finds the printer of a resource; every resource has one (Name and Created At / Age at the least). */
export type PrinterFor = (definition: ResourceDefinition) => TablePrinter;
