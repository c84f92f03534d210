import { humanDuration } from "../../core/human-duration.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { type PrintedRow, printedRow } from "../../resources/printed.ts";
import { cellText, formatColumns } from "./columns.ts";

/** How tables are laid out. */
export interface TableOptions {
  /** Also the columns that kubectl shows with `-o wide`. Default false. */
  readonly wide?: boolean;
  /** Default: when they were fetched from all namespaces, or are of several. */
  readonly namespaces?: boolean;
  /** Milliseconds since the epoch, for the age of objects that the server did not print. */
  readonly now: number;
}

/** Header and rows, still apart. */
export interface Grid {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Of each column the least, where its rows come one by one. */
  readonly widths: readonly number[];
}

/** Objects of the API in the server's own columns; those it did not print by name and age. */
export function objectTable(objects: readonly KubernetesObject[], options: TableOptions): string {
  return groupByColumns(objects)
    .map((group) => {
      const { header, rows } = objectGrid(group, options);
      return formatColumns(header, rows);
    })
    .join("\n\n");
}

/** {@link objectTable} before it is laid out; all objects must have the same columns. */
export function objectGrid(objects: readonly KubernetesObject[], options: TableOptions): Grid {
  const [first] = objects;
  const printed = first === undefined ? undefined : printedRow(first);
  const namespaces =
    options.namespaces ??
    (objects.some((one) => printedRow(one)?.everywhere) ||
      new Set(objects.map((one) => one.metadata?.namespace)).size > 1);
  const columns = (printed?.columns ?? plainColumns).map((column, index) => ({ ...column, index }));
  const shown = columns.filter((column) => options.wide === true || column.priority === 0);
  const header = shown.map((column) => column.title ?? column.name.toUpperCase());
  const rows = objects.map((object) => {
    const cells = printedRow(object)?.cells ?? plainCells(object, options.now);
    const row = shown.map((column) => cellText(cells[column.index]));
    const leading = (printedRow(object)?.leading ?? []).map(({ cell }) => cell);
    return [...leading, ...(namespaces ? [object.metadata?.namespace ?? ""] : []), ...row];
  });
  const leading = (printed?.leading ?? []).map(({ name }) => name.toUpperCase());
  const before = [...leading, ...(namespaces ? ["NAMESPACE"] : [])];
  const widths = [...before.map(() => 0), ...shown.map(({ width = 0 }) => width)];
  return { header: [...before, ...header], rows, widths };
}

const plainColumns: PrintedRow["columns"] = [
  { name: "Name", priority: 0 },
  { name: "Age", priority: 0 },
];

function plainCells(object: KubernetesObject, now: number): string[] {
  const created = Date.parse(object.metadata?.creationTimestamp ?? "");
  return [object.metadata?.name ?? "", Number.isNaN(created) ? "<unknown>" : humanDuration(now - created)];
}

/** Objects with the same columns together, in the order in which each kind first comes. */
function groupByColumns(objects: readonly KubernetesObject[]): KubernetesObject[][] {
  const groups = new Map<string, KubernetesObject[]>();
  for (const object of objects) {
    const names = printedRow(object)?.columns.map(({ name }) => name);
    const key = names === undefined ? `${object.apiVersion}/${object.kind}` : `${object.kind} ${names.join()}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [object]);
    else group.push(object);
  }
  return [...groups.values()];
}

/** Plain records of single values, all of the same few fields, as columns; undefined for anything else. */
export function recordTable(values: readonly unknown[]): string | undefined {
  const [first] = values;
  if (!isRecord(first)) return undefined;
  const fields = Object.keys(first);
  if (fields.length === 0 || fields.length > 12) return undefined;
  const known = new Set(fields);
  for (const value of values) {
    if (!isRecord(value)) return undefined;
    for (const [field, content] of Object.entries(value)) {
      if (!known.has(field) || (typeof content === "object" && content !== null)) return undefined;
    }
  }
  const header = fields.map((field) => field.replace(/([a-z\d])([A-Z])/g, "$1 $2").toUpperCase());
  const rows = values.map((value) => fields.map((field) => cellText((value as Record<string, unknown>)[field])));
  return formatColumns(header, rows);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
