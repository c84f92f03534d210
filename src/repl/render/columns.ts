import stringWidth from "string-width";
import { withoutControls } from "../../core/without-controls.ts";

/** Spaces between two columns: kubectl's own. */
const GAP = 3;

/** Columns of text as kubectl lays them out: padded on the right, the last one left as it is. */
export function formatColumns(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = header.length === 0 ? rows : [header, ...rows];
  const widths: number[] = [];
  for (const line of lines) {
    line.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, stringWidth(cell));
    });
  }
  return lines.map((line) => formatLine(line, widths)).join("\n");
}

/** One line in columns of known widths; a cell that is wider pushes the rest. */
export function formatLine(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      if (index === cells.length - 1) return cell;
      return cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - stringWidth(cell)) + GAP);
    })
    .join("")
    .trimEnd();
}

/** A cell on one line that does not steer the terminal, however odd the value: it may quote what a container printed. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "<none>";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return withoutControls(text.replace(/\r?\n/g, "\\n"));
}
