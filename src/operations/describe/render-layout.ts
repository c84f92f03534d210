import stringWidth from "string-width";
import { withoutControls } from "../../core/without-controls.ts";
import type { Block, Layout } from "./layout.ts";

const GAP = 2;

/** A row, or what ends the columns before it: texts that stand as they are. */
type Line = { readonly cells: string[] } | { readonly apart: readonly string[] };

/**
 * The text of a layout, without a final line end. A column is as wide as its widest cell among the rows that have one there
 * without a break, which is how kubectl aligns: https://pkg.go.dev/text/tabwriter
 */
export function renderLayout(layout: Layout): string {
  const texts: string[] = [];
  let rows: string[][] = [];
  const flush = (): void => {
    for (const text of alignRows(rows)) texts.push(text);
    rows = [];
  };
  for (const line of linesOf(layout, "")) {
    if ("cells" in line) rows.push(line.cells);
    else {
      flush();
      for (const text of line.apart) texts.push(text);
    }
  }
  flush();
  return texts.join("\n");
}

function linesOf(layout: Layout, indent: string): Line[] {
  if (layout === undefined) return [];
  return isBlock(layout) ? blockLines(layout, indent) : layout.flatMap((one) => linesOf(one, indent));
}

function isBlock(layout: Block | readonly Layout[]): layout is Block {
  return !Array.isArray(layout);
}

function blockLines(block: Block, indent: string): Line[] {
  switch (block.type) {
    case "verbatim":
      return [{ apart: [withoutControls(block.text)] }];
    case "break":
      return [{ apart: [] }];
    case "section": {
      const body = linesOf(block.body, indent + " ".repeat(block.indent));
      return block.title === "" ? body : [{ cells: [indent + withoutControls(block.title)] }, ...body];
    }
    case "row":
      return rowLines(block.cells, indent);
  }
}

/** A row, and one for each further line of its last cell: it stays in its column, and cannot pass for a field. */
function rowLines(cells: readonly string[], indent: string): Line[] {
  const leading = cells.slice(0, -1).map((cell) => withoutControls(cell).replace(/[\n\t]/g, " "));
  const [first = "", ...rest] = withoutControls(cells.at(-1) ?? "").split("\n");
  const [head = first, ...others] = [...leading, first];
  const blank = leading.map(() => "");
  return [
    { cells: [indent + head, ...others] },
    ...rest.map((text) => ({ cells: leading.length === 0 ? [indent + text] : [...blank, text] })),
  ];
}

function alignRows(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.map((): number[] => []);
  const columns = rows.reduce((most, { length }) => Math.max(most, length - 1), 0);
  for (let column = 0; column < columns; column += 1) {
    for (let start = 0; start < rows.length; ) {
      let end = start;
      let width = 0;
      // The last cell of a row needs no room, so it neither widens a column nor goes on with one.
      for (; end < rows.length && column < (rows[end]?.length ?? 0) - 1; end += 1) {
        width = Math.max(width, stringWidth(rows[end]?.[column] ?? ""));
      }
      for (let at = start; at < end; at += 1) widths[at]?.push(width + GAP);
      start = Math.max(end, start + 1);
    }
  }
  return rows.map((cells, at) =>
    cells
      .map((cell, column) => padded(cell, widths[at]?.[column]))
      .join("")
      .trimEnd(),
  );
}

function padded(cell: string, width = 0): string {
  return cell + " ".repeat(Math.max(0, width - stringWidth(cell)));
}
