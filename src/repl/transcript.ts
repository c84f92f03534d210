import type { Evaluation } from "./evaluate.ts";

interface Entry {
  readonly source: string;
  readonly lastExpression: { readonly start: number; readonly end: number } | undefined;
  /** Whether the prompt awaited its value. */
  readonly awaited: boolean;
}

/** What was typed and did not fail, as the script that it amounts to. */
export class Transcript {
  readonly #entries: Entry[] = [];

  add(source: string, { lastExpression }: Pick<Evaluation, "lastExpression">, awaited: boolean): void {
    this.#entries.push({ source, lastExpression, awaited });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** A module that does the same: what the prompt awaited is awaited, the last value is what the script prints. */
  toScript(): string {
    const last = this.#entries.length - 1;
    const parts = this.#entries.map((entry, index) => statement(entry, index === last));
    return `import "kubescript/globals";\n\n${parts.join("\n")}\n`;
  }
}

function statement({ source, lastExpression, awaited }: Entry, isLast: boolean): string {
  if (lastExpression === undefined) return source;
  const { start, end } = lastExpression;
  const before = source.slice(0, start);
  const after = source.slice(end).replace(/^\s*;?/, "");
  const expression = source.slice(start, end);
  const value = awaited ? `await ${needsParentheses(expression) ? `(${expression})` : expression}` : expression;
  return `${before}${isLast ? "export default " : ""}${value};${after}`;
}

/** `await a ? b : c` awaits `a` alone; a chain of calls and members needs nothing. */
function needsParentheses(expression: string): boolean {
  return !/^[\w$.]+(?:\([\s\S]*\)|`[\s\S]*`)?$/.test(expression);
}
