import { UsageError } from "../errors.ts";

/** A template: text, and expressions in braces. */
export type JsonPathTemplate = readonly JsonPathNode[];

export type JsonPathNode =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "path"; readonly steps: readonly JsonPathStep[] }
  /** `{range PATH}BODY{end}` */
  | { readonly type: "range"; readonly steps: readonly JsonPathStep[]; readonly body: readonly JsonPathNode[] };

/** One step of a path; each takes values and gives values. */
export type JsonPathStep =
  | { readonly type: "root" }
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "wildcard" }
  /** `..`: a value and everything below it. */
  | { readonly type: "descendants" }
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "slice"; readonly start?: number; readonly end?: number; readonly step: number }
  | { readonly type: "union"; readonly branches: readonly (readonly JsonPathStep[])[] }
  | {
      readonly type: "filter";
      readonly left: JsonPathOperand;
      readonly operator: "exists" | "==" | "!=" | "<" | ">" | "<=" | ">=";
      readonly right: JsonPathOperand;
    };

export type JsonPathOperand =
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "steps"; readonly steps: readonly JsonPathStep[] };

const OPERATORS = ["==", "!=", "<=", ">=", "<", ">"] as const;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** Parses kubectl's JSONPath template. Throws a UsageError that points at the place. */
export function parseJsonPath(template: string): JsonPathTemplate {
  const parser = new Parser(template);
  return parser.nodes(false);
}

/** `status.phase` and `.status.phase` as `{.status.phase}`, as kubectl takes them in `wait` and custom columns. */
export function relaxedJsonPath(expression: string): string {
  if (expression.startsWith("{")) return expression;
  return `{${/^[.[$@]/.test(expression) ? "" : "."}${expression}}`;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Text and braces up to the end, or to `{end}` within a range. */
  nodes(insideRange: boolean): JsonPathNode[] {
    const nodes: JsonPathNode[] = [];
    for (;;) {
      const open = this.#text.indexOf("{", this.#at);
      const text = this.#text.slice(this.#at, open < 0 ? undefined : open);
      if (text !== "") nodes.push({ type: "text", text });
      if (open < 0) {
        this.#at = this.#text.length;
        if (insideRange) throw this.#error("{range} has no {end}");
        return nodes;
      }
      this.#at = open + 1;
      if (this.#word("end")) {
        this.#close();
        if (!insideRange) throw this.#error("{end} has no {range}");
        return nodes;
      }
      if (this.#word("range")) {
        const steps = this.#steps();
        this.#close();
        nodes.push({ type: "range", steps, body: this.nodes(true) });
      } else {
        nodes.push(...this.#action());
        this.#close();
      }
    }
  }

  /** What stands in one pair of braces: paths and quoted texts. */
  #action(): JsonPathNode[] {
    const nodes: JsonPathNode[] = [];
    for (this.#space(); this.#peek() !== "}"; this.#space()) {
      const next = this.#peek();
      if (next === '"' || next === "'") nodes.push({ type: "text", text: this.#quoted() });
      else if (next === "") throw this.#error('expected "}"');
      else nodes.push({ type: "path", steps: this.#steps() });
    }
    return nodes;
  }

  #steps(): JsonPathStep[] {
    this.#space();
    const start = this.#at;
    const steps: JsonPathStep[] = [];
    for (;;) {
      const next = this.#peek();
      if (next === "$") {
        this.#at += 1;
        steps.push({ type: "root" });
      } else if (next === "@") {
        this.#at += 1;
      } else if (next === ".") {
        this.#at += 1;
        if (this.#peek() === ".") {
          this.#at += 1;
          steps.push({ type: "descendants" });
          if (this.#peek() !== "[") steps.push(this.#field());
        } else if (!/[[\s})]/.test(this.#peek()) && this.#peek() !== "") {
          steps.push(this.#field());
        }
      } else if (next === "[") {
        steps.push(...this.#bracket());
      } else if (this.#at === start) {
        throw this.#error(next === "" ? "expected a path" : `unexpected "${next}"`);
      } else {
        return steps;
      }
    }
  }

  #field(): JsonPathStep {
    if (this.#peek() === "*") {
      this.#at += 1;
      return { type: "wildcard" };
    }
    let name = "";
    const start = this.#at;
    while (!/[.,[\]$@{}\s()=!<>]/.test(this.#peek()) && this.#peek() !== "") {
      if (this.#peek() === "\\") this.#at += 1;
      name += this.#peek();
      this.#at += 1;
    }
    if (this.#at === start) throw this.#error("expected a field's name");
    return { type: "field", name };
  }

  #bracket(): JsonPathStep[] {
    const start = this.#at;
    const inner = this.#enclosed("[", "]");
    const offset = start + 1;
    const filter = /^\s*\?\s*\(([\s\S]*)\)\s*$/.exec(inner);
    if (filter !== null) return [this.#filter(filter[1] ?? "", offset)];
    const parts = splitOutsideQuotes(inner, ",");
    if (parts.length > 1)
      return [{ type: "union", branches: parts.map((part) => this.#selector(part.trim(), offset)) }];
    return this.#selector(inner.trim(), offset);
  }

  /** One member of a bracket: a quoted path, an index, a slice or a star. */
  #selector(text: string, at: number): JsonPathStep[] {
    if (text === "*") return [{ type: "wildcard" }];
    const quoted = /^(['"])([\s\S]*)\1$/.exec(text);
    // kubectl reads dots within the quotes as steps, unless they are escaped.
    if (quoted !== null) return new Parser(`.${quoted[2] ?? ""}`).#wholePath();
    if (/^-?\d+$/.test(text)) return [{ type: "index", index: Number(text) }];
    const slice = /^(-?\d*)\s*:\s*(-?\d*)(?:\s*:\s*(-?\d*))?$/.exec(text);
    if (slice !== null) {
      const [, start = "", end = "", step = ""] = slice;
      if (step !== "" && Number(step) < 1) throw this.#error(`the step of a slice must be above 0, not ${step}`, at);
      return [
        {
          type: "slice",
          ...(start === "" ? {} : { start: Number(start) }),
          ...(end === "" ? {} : { end: Number(end) }),
          step: step === "" ? 1 : Number(step),
        },
      ];
    }
    throw this.#error(`"${text}" is neither an index, a slice, a quoted name, * nor ?(…)`, at);
  }

  #filter(text: string, at: number): JsonPathStep {
    for (const word of ["&&", "||"]) {
      if (splitOutsideQuotes(text, word).length > 1)
        throw this.#error(`a filter is one comparison, without ${word}`, at);
    }
    for (const operator of OPERATORS) {
      const [left, ...right] = splitOutsideQuotes(text, operator);
      if (left !== undefined && right.length > 0) {
        return {
          type: "filter",
          left: this.#operand(left, at),
          operator,
          right: this.#operand(right.join(operator), at),
        };
      }
    }
    return {
      type: "filter",
      left: this.#operand(text, at),
      operator: "exists",
      right: { type: "value", value: undefined },
    };
  }

  #operand(source: string, at: number): JsonPathOperand {
    const text = source.trim();
    if (/^[@$.]/.test(text)) return { type: "steps", steps: new Parser(text).#wholePath() };
    if (/^(['"])[\s\S]*\1$/.test(text)) return { type: "value", value: new Parser(text).#wholeText() };
    if (/^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text)) return { type: "value", value: Number(text) };
    if (text === "true" || text === "false") return { type: "value", value: text === "true" };
    throw this.#error(`"${text}" is neither a path, a text, a number, true nor false`, at);
  }

  #wholePath(): JsonPathStep[] {
    const steps = this.#steps();
    if (this.#at < this.#text.length) throw this.#error(`unexpected "${this.#peek()}"`);
    return steps;
  }

  #wholeText(): string {
    const text = this.#quoted();
    if (this.#at < this.#text.length) throw this.#error(`unexpected "${this.#peek()}"`);
    return text;
  }

  #enclosed(open: string, close: string): string {
    const start = this.#at;
    let depth = 0;
    let quote = "";
    for (; this.#at < this.#text.length; this.#at += 1) {
      const next = this.#peek();
      if (next === "\\") this.#at += 1;
      else if (quote !== "") quote = next === quote ? "" : quote;
      else if (next === '"' || next === "'") quote = next;
      else if (next === open) depth += 1;
      else if (next === close && --depth === 0) {
        this.#at += 1;
        return this.#text.slice(start + 1, this.#at - 1);
      }
    }
    throw this.#error(`"${open}" has no "${close}"`, start);
  }

  #quoted(): string {
    const quote = this.#peek();
    const start = this.#at;
    let text = "";
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const next = this.#peek();
      if (next === quote) {
        this.#at += 1;
        return text;
      }
      if (next === "\\") {
        this.#at += 1;
        text += ESCAPES[this.#peek()] ?? this.#peek();
      } else {
        text += next;
      }
    }
    throw this.#error("the quoted text has no end", start);
  }

  #word(word: string): boolean {
    const match = new RegExp(`^\\s*${word}(?=[\\s}])`).exec(this.#text.slice(this.#at));
    if (match !== null) this.#at += match[0].length;
    return match !== null;
  }

  #close(): void {
    this.#space();
    if (this.#peek() !== "}") throw this.#error('expected "}"');
    this.#at += 1;
  }

  #space(): void {
    while (/\s/.test(this.#peek())) this.#at += 1;
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #error(reason: string, at = this.#at): UsageError {
    const shown = this.#text.replaceAll("\n", " ");
    return new UsageError(
      "INVALID_INPUT",
      `Cannot read the JSONPath at position ${at + 1}: ${reason}\n  ${shown}\n  ${" ".repeat(at)}^`,
    );
  }
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at] ?? "";
    if (next === "\\") at += 1;
    else if (quote !== "") quote = next === quote ? "" : quote;
    else if (next === '"' || next === "'") quote = next;
    else if (text.startsWith(separator, at)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
      at = start - 1;
    }
  }
  return [...parts, text.slice(start)];
}
