/**
 * Label and field selectors: objects or kubectl's text in, the server's text out, and a parser to match locally.
 * Grammar: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
import { UsageError } from "../errors.ts";
import { SelectorScanner, selectorError } from "./selector-scanner.ts";

/** One condition on labels. `exists` and `!` take no values, `gt` and `lt` one integer. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "=" | "!=" | "exists" | "!" | "gt" | "lt";
  readonly values: readonly string[];
}

/** One condition on a field. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** The API's own LabelSelector, as it stands in workloads' specs. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | (string & {});
    readonly values?: readonly string[];
  }[];
}

/** `app=web,tier in (a,b)`, or `{ app: "web", tier: ["a", "b"] }`, or the API's LabelSelector. */
export type LabelSelector = string | Readonly<Record<string, string | readonly string[]>> | LabelSelectorObject;

/** `status.phase=Running,metadata.name!=x`, or `{ "status.phase": "Running" }`. */
export type FieldSelector = string | Readonly<Record<string, string>>;

/** The text for the query; undefined when nothing is selected by. A text is checked first, so that errors are local. */
export function labelSelectorText(selector: LabelSelector | undefined): string | undefined {
  if (selector === undefined) return undefined;
  if (typeof selector === "string") {
    parseLabelSelector(selector);
    return selector.trim() === "" ? undefined : selector;
  }
  const text = labelRequirements(selector).map(requirementText).join(",");
  return text === "" ? undefined : text;
}

export function fieldSelectorText(selector: FieldSelector | undefined): string | undefined {
  if (selector === undefined) return undefined;
  if (typeof selector === "string") {
    parseFieldSelector(selector);
    return selector.trim() === "" ? undefined : selector;
  }
  const text = Object.entries(selector).map(([field, value]) => `${field}=${escapeField(textOf(field, value))}`);
  return text.length === 0 ? undefined : text.join(",");
}

/** The requirements of any form of selector; none selects everything. */
export function labelRequirements(selector: LabelSelector): LabelRequirement[] {
  if (typeof selector === "string") return parseLabelSelector(selector);
  if (!isLabelSelectorObject(selector)) {
    return Object.entries(selector).map(([key, value]) =>
      Array.isArray(value)
        ? { key, operator: "in", values: value.map((one) => textOf(key, one)) }
        : { key, operator: "=", values: [textOf(key, value)] },
    );
  }
  const exact = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]): LabelRequirement => ({ key, operator: "=", values: [textOf(key, value)] }),
  );
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }): LabelRequirement => {
    const known = EXPRESSION_OPERATORS[operator];
    if (known === undefined) {
      throw new UsageError(
        "INVALID_INPUT",
        `Cannot select by "${key}": "${operator}" is not an operator of matchExpressions`,
        {
          hint: `Use one of ${Object.keys(EXPRESSION_OPERATORS).join(", ")}.`,
        },
      );
    }
    return { key, operator: known, values };
  });
  return [...exact, ...expressions];
}

/** A value to select by; one that was never set must not turn into a selector of something else. */
function textOf(key: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot select by "${key}": its value is ${value === null ? "null" : typeof value}, not a text`,
  );
}

/** Whether labels satisfy a selector, as the server decides it. */
export function matchesLabels(
  selector: LabelSelector | readonly LabelRequirement[],
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  const requirements = isRequirements(selector) ? selector : labelRequirements(selector);
  return requirements.every((requirement) => matchesRequirement(requirement, labels ?? {}));
}

function matchesRequirement(
  { key, operator, values }: LabelRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "=":
    case "in":
      return value !== undefined && values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "!":
      return value === undefined;
    case "gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "lt":
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

/** Parses the text form. Throws a UsageError that shows the place. */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const scanner = new SelectorScanner(text);
  const requirements: LabelRequirement[] = [];
  scanner.skipSpace();
  if (scanner.done) return requirements;
  for (;;) {
    requirements.push(parseRequirement(scanner));
    if (scanner.done) return requirements;
    scanner.expect(",");
  }
}

function parseRequirement(scanner: SelectorScanner): LabelRequirement {
  if (scanner.take("!")) return { key: scanner.key(), operator: "!", values: [] };
  const key = scanner.key();
  if (scanner.done || scanner.peek(",")) return { key, operator: "exists", values: [] };
  if (scanner.take("!=")) return { key, operator: "!=", values: [scanner.value()] };
  if (scanner.take("==") || scanner.take("=")) return { key, operator: "=", values: [scanner.value()] };
  for (const [sign, operator] of [
    [">", "gt"],
    ["<", "lt"],
  ] as const) {
    if (scanner.take(sign)) return { key, operator, values: [scanner.integer()] };
  }
  const word = scanner.word("an operator");
  if (word === "in" || word === "notin") return { key, operator: word, values: scanner.set() };
  throw scanner.error(`"${word}" is not an operator; expected =, ==, !=, in, notin, > or <`, word.length);
}

/** Parses `a=b,c!=d`; backslash escapes a comma, an equals sign or itself in a value. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  const requirements: FieldRequirement[] = [];
  let offset = 0;
  for (const part of text.split(/(?<!(?<!\\)(?:\\\\)*\\),/)) {
    const start = offset;
    offset += part.length + 1;
    if (part.trim() === "") continue;
    const match = /^\s*([^!=\s]+)\s*(!=|==|=)(.*)$/s.exec(part);
    if (match === null) throw selectorError(text, start, `"${part.trim()}" is not FIELD=VALUE or FIELD!=VALUE`);
    const [, field = "", operator, value = ""] = match;
    requirements.push({ field, operator: operator === "!=" ? "!=" : "=", value: value.replace(/\\([\\,=])/g, "$1") });
  }
  return requirements;
}

const EXPRESSION_OPERATORS: Readonly<Record<string, LabelRequirement["operator"]>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

function requirementText({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${values.join(",")})`;
    case "gt":
      return `${key}>${values[0] ?? ""}`;
    case "lt":
      return `${key}<${values[0] ?? ""}`;
    default:
      return `${key}${operator}${values[0] ?? ""}`;
  }
}

function escapeField(value: string): string {
  return value.replace(/[\\,=]/g, "\\$&");
}

function isLabelSelectorObject(selector: Exclude<LabelSelector, string>): selector is LabelSelectorObject {
  const { matchLabels, matchExpressions } = selector as LabelSelectorObject;
  return Array.isArray(matchExpressions) || (typeof matchLabels === "object" && !Array.isArray(matchLabels));
}

function isRequirements(
  selector: LabelSelector | readonly LabelRequirement[],
): selector is readonly LabelRequirement[] {
  return Array.isArray(selector);
}
