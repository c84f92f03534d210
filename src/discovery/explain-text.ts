import type { ExplainedField, Explanation } from "./explain.ts";

const WIDTH = 80;
const INDENT = "    ";
/** Values of an enum that are shown beside a field. */
const MOST_VALUES = 4;

/** The layout of `kubectl explain`. Ends with a newline. */
export function renderExplanation(explanation: Explanation): string {
  const { group, kind, version, field, fields, recursive } = explanation;
  const lines = [
    ...(group === "" ? [] : [`GROUP:      ${group}`]),
    `KIND:       ${kind}`,
    `VERSION:    ${version}`,
    "",
    ...(field === undefined ? [] : fieldHead(field)),
    "DESCRIPTION:",
    ...descriptionLines(explanation.descriptions),
  ];
  if (fields.length > 0) {
    lines.push("FIELDS:");
    for (const one of fields) lines.push(...(recursive ? treeLines(one, 1) : fieldLines(one)));
  }
  return `${[...lines, ""].join("\n")}\n`;
}

function fieldHead(field: {
  readonly name: string;
  readonly type: string;
  readonly enum: readonly string[];
}): string[] {
  const values = field.enum.length === 0 ? [""] : ["ENUM:", ...field.enum.map((value) => `${INDENT}${value}`)];
  return [`FIELD: ${field.name} <${field.type}>`, ...values, ""];
}

function descriptionLines(descriptions: readonly string[]): string[] {
  const texts = descriptions.length === 0 ? ["<empty>"] : descriptions;
  return [...texts.flatMap((text) => wrap(text)), INDENT];
}

function fieldLines(field: ExplainedField): string[] {
  return [...nameLines(field, "  "), ...wrap(field.description || "<no description>"), ""];
}

function treeLines(field: ExplainedField, depth: number): string[] {
  return [...nameLines(field, "  ".repeat(depth)), ...field.fields.flatMap((one) => treeLines(one, depth + 1))];
}

function nameLines(field: ExplainedField, indent: string): string[] {
  const required = field.required ? " -required-" : "";
  const values = field.enum.map((value) => (value === "" ? '""' : value));
  const shown = values.length > MOST_VALUES ? [...values.slice(0, MOST_VALUES), "...."] : values;
  const enumLine = shown.length === 0 ? [] : [`${indent}enum: ${shown.join(", ")}`];
  return [`${indent}${field.name}\t<${field.type}>${required}`, ...enumLine];
}

/** Breaks each line at spaces; a line's own indentation stays, words that are too long stand alone. */
function wrap(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let current = /^\s*/.exec(line)?.[0] ?? "";
    let isEmpty = true;
    for (const [, space = "", word = ""] of line.slice(current.length).matchAll(/(\s*)(\S+)/g)) {
      if (!isEmpty && current.length + space.length + word.length > WIDTH - INDENT.length) {
        lines.push(current);
        current = word;
      } else {
        current += space + word;
      }
      isEmpty = false;
    }
    return [...lines, current].map((one) => INDENT + one);
  });
}
