import { inspectAsText } from "../../core/inspect-as-text.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { isRecord } from "../../core/record.ts";
import { isKubescriptError } from "../../errors.ts";
import { isPrintedAs, type PrintedAs, printedRow, rememberRow } from "../../resources/printed.ts";
import type { AcrossTarget } from "./targets.ts";

/** What the work gave in one place, or why it failed there. */
export type AcrossResult<T> = AcrossSuccess<T> | AcrossFailure;

export interface AcrossSuccess<T> extends AcrossTarget {
  readonly ok: true;
  readonly value: T;
}

export interface AcrossFailure extends AcrossTarget {
  readonly ok: false;
  readonly error: unknown;
}

/** The results of all places in the order in which they were named; errors stand beside successes. */
export class AcrossResults<T> implements PrintedAs, Iterable<AcrossResult<T>> {
  static {
    inspectAsText(AcrossResults.prototype);
  }

  readonly results: readonly AcrossResult<T>[];

  constructor(results: readonly AcrossResult<T>[]) {
    this.results = results;
  }

  [Symbol.iterator](): Iterator<AcrossResult<T>> {
    return this.results[Symbol.iterator]();
  }

  get length(): number {
    return this.results.length;
  }

  /** Where it failed, and why. */
  get failures(): AcrossFailure[] {
    return this.results.filter((one) => !one.ok);
  }

  /** What the work gave where it did not fail. */
  get values(): T[] {
    return this.results.filter((one) => one.ok).map(({ value }) => value);
  }

  /**
   * All that the work gave as one list of rows, each with its `context` and `namespace`: the items of lists, records, and
   * any other value as `value`. At the prompt a table; objects keep the server's columns. Failures are not in it.
   */
  get table(): Record<string, unknown>[] {
    return this.results.flatMap((one) => (one.ok ? rowsOf(one, one.value) : []));
  }

  /** The table, and below it a line for each failure. */
  printedAs(): { rows: readonly unknown[]; notes: readonly string[] } {
    const rows = this.table.some(isObject) ? this.table : alike(this.table);
    const failed = this.failures.map((one) => `${placeOf(one)}: ${errorText(one.error)}`);
    const nothing = rows.length === 0 && failed.length === 0 ? [`Nothing was found in ${this.length} places.`] : [];
    return { rows, notes: rows.length > 0 && failed.length > 0 ? ["", ...failed] : [...nothing, ...failed] };
  }

  toJSON(): readonly AcrossResult<T>[] {
    return this.results;
  }

  toString(): string {
    const failed = this.failures.map((one) => `${placeOf(one)}: ${errorText(one.error)}`);
    return [`${this.values.length} of ${this.length} succeeded`, ...failed].join("\n");
  }
}

/** Rows with the same columns and a line in each cell: clusters differ, and what is nested fits no table. */
function alike(rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return rows.map((row) => Object.fromEntries(columns.map((column) => [column, cellOf(row[column])])));
}

function cellOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? "";
  const plain = Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null);
  return plain ? value.join(", ") : JSON.stringify(value);
}

/** `staging`, `staging/web`, `namespace web`. */
export function placeOf({ context, namespace }: AcrossTarget): string {
  if (context === undefined) return `namespace ${namespace ?? ""}`;
  return namespace === undefined ? context : `${context}/${namespace}`;
}

function errorText(error: unknown): string {
  if (isKubescriptError(error)) return `${error.code}: ${error.message.split("\n")[0] ?? ""}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function rowsOf({ context, namespace }: AcrossTarget, value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  const place = { ...(context === undefined ? {} : { context }), ...(namespace === undefined ? {} : { namespace }) };
  const items: readonly unknown[] = isPrintedAs(value)
    ? value.printedAs().rows
    : Array.isArray(value)
      ? value
      : [value];
  return items.map((item) => {
    if (!isRecord(item)) return { ...place, value: item };
    return isObject(item) ? objectRow(place, item) : { ...place, ...item };
  });
}

/** The object under its place; the namespace is the object's own to tell. */
function objectRow(place: AcrossTarget, object: KubernetesObject): Record<string, unknown> {
  const { name = "", namespace } = object.metadata ?? {};
  const shown = namespace === undefined ? place : place.context === undefined ? {} : { context: place.context };
  const row = { ...shown, ...object };
  const leading = Object.entries(shown).map(([column, cell]) => ({ name: column, cell: String(cell) }));
  const printed = printedRow(object) ?? { columns: [{ name: "Name", priority: 0 }], cells: [name] };
  rememberRow(row, { ...printed, leading });
  return row;
}

function isObject(value: Record<string, unknown>): value is Record<string, unknown> & KubernetesObject {
  return typeof value.kind === "string" && typeof value.apiVersion === "string" && isRecord(value.metadata);
}
