import { badRequest } from "../model/status-error.ts";

/** Decides by an object's labels. */
export type LabelMatcher = (labels: Readonly<Record<string, string>>) => boolean;

type Token = { readonly kind: "symbol" | "identifier" | "end"; readonly text: string };

const SYMBOLS = ["!=", "==", "=", "!", "(", ")", ",", ">", "<"];
const SET_OPERATORS = new Set(["in", "notin"]);
const BINARY_OPERATORS = ["=", "!=", "==", "in", "notin", ">", "<"];

/**
 * Parses a label selector; the wording of what is wrong follows
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go
 */
export function parseLabelSelector(text: string): LabelMatcher {
  const parser = new Parser(tokens(text));
  const matchers = parser.requirements();
  return (labels) => matchers.every((matches) => matches(labels));
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let position = 0;
  while (position < text.length) {
    if (/\s/.test(text.charAt(position))) {
      position += 1;
      continue;
    }
    const symbol = SYMBOLS.find((one) => text.startsWith(one, position));
    if (symbol !== undefined) {
      found.push({ kind: "symbol", text: symbol });
      position += symbol.length;
      continue;
    }
    const identifier = /^[^\s!=(),<>]+/.exec(text.slice(position))?.[0] ?? text.charAt(position);
    found.push({ kind: "identifier", text: identifier });
    position += identifier.length;
  }
  return [...found, { kind: "end", text: "" }];
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokenList: readonly Token[]) {
    this.#tokens = tokenList;
  }

  requirements(): LabelMatcher[] {
    const matchers: LabelMatcher[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === "end") return matchers;
      if (token.kind !== "identifier" && token.text !== "!") {
        throw badRequest(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      matchers.push(this.#requirement());
      const separator = this.#next();
      if (separator.kind === "end") return matchers;
      if (separator.text !== ",") throw badRequest(`found '${separator.text}', expected: ',' or 'end of string'`);
      const following = this.#peek();
      if (following.kind !== "identifier" && following.text !== "!") {
        throw badRequest(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelMatcher {
    if (this.#peek().text === "!") {
      this.#next();
      const key = this.#key();
      return (labels) => !Object.hasOwn(labels, key);
    }
    const key = this.#key();
    const after = this.#peek();
    if (after.kind === "end" || after.text === ",") return (labels) => Object.hasOwn(labels, key);
    const operator = this.#next().text;
    if (!BINARY_OPERATORS.includes(operator)) {
      throw badRequest(
        `unable to parse requirement: found '${operator}', expected: ${[...BINARY_OPERATORS].sort().join(", ")}`,
      );
    }
    if (SET_OPERATORS.has(operator)) {
      const values = this.#values();
      const wanted = operator === "in";
      return (labels) => (Object.hasOwn(labels, key) && values.has(labels[key] ?? "")) === wanted;
    }
    return comparison(key, operator, this.#value());
  }

  #key(): string {
    const token = this.#next();
    if (token.kind !== "identifier") {
      throw badRequest(`unable to parse requirement: found '${token.text}', expected: identifier`);
    }
    if (!isQualifiedName(token.text)) {
      throw badRequest(
        `unable to parse requirement: <nil>: Invalid value: ${JSON.stringify(token.text)}: ${QUALIFIED_NAME_RULE}`,
      );
    }
    return token.text;
  }

  #values(): Set<string> {
    const open = this.#next();
    if (open.text !== "(") throw badRequest(`unable to parse requirement: found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (;;) {
      const token = this.#next();
      if (token.text === ")") return values.size === 0 ? values.add("") : values;
      if (token.text === ",") {
        values.add("");
        continue;
      }
      if (token.kind !== "identifier") {
        throw badRequest(`unable to parse requirement: found '${token.text}', expected: ',', ')' or identifier`);
      }
      values.add(token.text);
      const separator = this.#next();
      if (separator.text === ")") return values;
      if (separator.text !== ",") {
        throw badRequest(`unable to parse requirement: found '${separator.text}', expected: ',' or ')'`);
      }
      if (this.#peek().text === ")") values.add("");
    }
  }

  #value(): string {
    const token = this.#peek();
    // `key=` selects the empty value
    if (token.kind === "end" || token.text === ",") return "";
    this.#next();
    if (token.kind !== "identifier") {
      throw badRequest(`unable to parse requirement: found '${token.text}', expected: identifier`);
    }
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: "end", text: "" };
  }

  #next(): Token {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }
}

function comparison(key: string, operator: string, value: string): LabelMatcher {
  if (operator === "!=") return (labels) => !Object.hasOwn(labels, key) || labels[key] !== value;
  if (operator === ">" || operator === "<") {
    if (!/^-?[0-9]+$/.test(value)) {
      throw badRequest(
        `unable to parse requirement: values[0][${key}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    const sign = operator === ">" ? 1 : -1;
    return (labels) => {
      const own = labels[key];
      return own !== undefined && /^-?[0-9]+$/.test(own) && (Number(own) - Number(value)) * sign > 0;
    };
  }
  return (labels) => Object.hasOwn(labels, key) && labels[key] === value;
}

const QUALIFIED_NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function isQualifiedName(key: string): boolean {
  const name = key.slice(key.indexOf("/") + 1);
  return name.length <= 63 && /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name);
}
