import type { Evaluation } from "./evaluate.ts";

interface Entry {
  readonly source: string;
  readonly lastExpression: { readonly start: number; readonly end: number } | undefined;
  /** Whether the prompt awaited its value. */
  readonly awaited: boolean;
  readonly declared: readonly string[];
}

/** What was typed and did not fail, as the script that it amounts to. */
export class Transcript {
  readonly #entries: Entry[] = [];

  add(source: string, evaluation: Pick<Evaluation, "lastExpression" | "declared">, awaited: boolean): void {
    const { lastExpression, declared } = evaluation;
    this.#entries.push({ source, lastExpression, awaited, declared });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * A module that does the same: what the prompt awaited is awaited, what it let declare again is declared so that a
   * module allows it, the last value is what the script prints.
   */
  toScript(): string {
    const last = this.#entries.length - 1;
    const repeated = namesDeclaredAgain(this.#entries);
    const parts = this.#entries.map((entry, index) => {
      const text = statement(entry, index === last);
      return ended(entry.declared.some((name) => repeated.has(name)) ? declaredAgain(text) : text);
    });
    const once = parts.filter((part, index) => !part.startsWith("import ") || parts.indexOf(part) === index);
    return `import "kubescript/globals";\n\n${once.join("\n")}\n`;
  }
}

function namesDeclaredAgain(entries: readonly Entry[]): Set<string> {
  const names = entries.flatMap(({ declared }) => [...declared]);
  return new Set(names.filter((name, index) => names.indexOf(name) !== index));
}

/** A declaration that may stand twice in a module: `var`, also of functions and classes. */
function declaredAgain(text: string): string {
  return text
    .trimStart()
    .replace(/^(?:const|let)\b/, "var")
    .replace(/^((?:async\s+)?function\b(?:\s*\*)?|class\b)\s*([\w$]+)/, "var $2 = $1 $2");
}

/** With a semicolon where the next line could be read as going on. */
function ended(text: string): string {
  const whole = text.trimEnd();
  if (whole.endsWith(";")) return whole;
  return whole.endsWith("}") && !/^\s*(?:const|let|var)\b/.test(whole) ? whole : `${whole};`;
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
