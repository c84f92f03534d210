/**
 * A description as a value: what it says and how that is grouped, with no widths, so that the functions of the kinds are
 * pure and `render-layout.ts` alone aligns.
 */

/** What a description is made of; parts that do not apply are left `undefined`. */
export type Layout = Block | readonly Layout[] | undefined;

export type Block =
  /** Cells that line up with those of the rows before and after; the last may have several lines. */
  | { readonly type: "row"; readonly cells: readonly string[] }
  /** A title on a line of its own, and what belongs to it further in. */
  | { readonly type: "section"; readonly title: string; readonly body: Layout; readonly indent: number }
  /** Ends the columns of the rows before: what follows is not aligned with them. */
  | { readonly type: "break" }
  /** Text that stands as it is, at the margin. */
  | { readonly type: "verbatim"; readonly text: string };

/** Stands where there is nothing, and where there could be something. */
export const NONE = "<none>";
export const UNSET = "<unset>";

/** How far the body of a section stands in. */
export const INDENT = 2;

export type Shown = string | number | boolean;

export function row(...cells: readonly string[]): Block {
  return { type: "row", cells };
}

/** `Label:  value`; each of several values has a line, none of them is `<none>`. Nothing stands where a server left it out. */
export function field(label: string, value: Shown | readonly string[] | undefined): Block {
  if (typeof value !== "object") return row(`${label}:`, String(value ?? ""));
  return row(`${label}:`, value.length === 0 ? NONE : value.join("\n"));
}

/** A field that is left out without a value. */
export function optional(label: string, value: Shown | undefined): Layout {
  return value === undefined || value === "" ? undefined : field(label, value);
}

export function section(title: string, ...body: readonly Layout[]): Block {
  return stepped(INDENT, title, ...body);
}

/** A section, or without a title what belongs to the line before, whose body stands in by something else than two. */
export function stepped(indent: number, title: string, ...body: readonly Layout[]): Block {
  return { type: "section", title: title === "" ? "" : `${title}:`, body, indent };
}

/** What belongs to the line before, further in. */
export function indented(...body: readonly Layout[]): Block {
  return stepped(INDENT, "", ...body);
}

export const BREAK: Block = { type: "break" };

export function verbatim(text: string): Block {
  return { type: "verbatim", text };
}

/** Columns under their names, which are underlined. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  rules: readonly string[] = columns.map((column) => "-".repeat(column.length)),
): Layout {
  return [row(...columns), row(...rules), rows.map((cells) => row(...cells))];
}
