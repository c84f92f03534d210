import { readFileSync } from "node:fs";

/** A row of the tables: kubectl's line, and the first code of the second column. */
export interface Row {
  readonly line: string;
  readonly code: string;
}

/** `| \`kubectl …\` | \`k8s…\` … |`, in order. A `|` inside code is written `\|`, as Markdown has it. */
export function rowsOf(file: string): Row[] {
  const text = readFileSync(file, "utf8");
  const rows = text.matchAll(/^\| `(kubectl [^`]+)` \| `([^`]+)`/gm);
  return [...rows].map(([, line = "", code = ""]) => ({ line: unescaped(line), code: unescaped(code) }));
}

function unescaped(cell: string): string {
  return cell.replaceAll("\\|", "|");
}

/** The verb of kubectl's line: `get`, `rollout`. */
export function verbOf({ line }: Row): string {
  return line.split(" ")[1] ?? "";
}

/**
 * How kubescript is to print its result, so that it can be compared with what kubectl printed; undefined where the two
 * print different things by design, and only what they do is compared.
 */
export function comparedOutput(row: Row): string | undefined {
  const output = /\s(?:-o|--output)[ =]?('[^']*'|\S+)/.exec(row.line)?.[1]?.replace(/^'|'$/g, "");
  if (/[|>&;]/.test(row.line.replace(/'[^']*'/g, ""))) return undefined;
  if (verbOf(row) === "get" && /^k8s\..*\.list\(.*\)$/.test(row.code)) return output ?? "table";
  if (verbOf(row) === "logs") return /\s(--prefix|-l|--all-containers|deploy)/.test(row.line) ? undefined : "table";
  return undefined;
}
