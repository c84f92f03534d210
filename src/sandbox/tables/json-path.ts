/**
 * The JSONPath that `additionalPrinterColumns` may hold: fields, indices, `[*]` and one comparison in `[?( )]`.
 * https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import { isJsonObject } from "../model/object.ts";

type Step = (values: readonly unknown[]) => unknown[];

const STEP =
  /\.?\[\?\(\s*@((?:\.[\w-]+|\[['"][^'"]+['"]\])*)\s*(?:(==|!=|<=|>=|<|>)\s*("[^"]*"|'[^']*'|[^)\s]+)\s*)?\)\]|\[(-?\d+)\]|\.?\[?\*\]?|\[['"]([^'"]+)['"]\]|\.((?:\\.|[^.[\]\\])+)/y;

/** Finds values by a path; a path that cannot be read finds none. */
export function jsonPath(path: string): (object: unknown) => unknown[] {
  const steps = parse(path.startsWith("{") ? path.slice(1, -1).trim() : path);
  return (object) => (steps === undefined ? [] : steps.reduce((values, step) => step(values), [object]));
}

function parse(path: string): Step[] | undefined {
  const text = path.startsWith("$") ? path.slice(1) : path;
  const steps: Step[] = [];
  // one of its own: a filter's path is parsed meanwhile
  const step = new RegExp(STEP);
  while (step.lastIndex < text.length) {
    const at = step.lastIndex;
    const match = step.exec(text);
    if (match === null || step.lastIndex === at) return undefined;
    const [whole, inner, operator, literal, index, quoted, field] = match;
    if (inner !== undefined) steps.push(filter(inner, operator, literal));
    else if (index !== undefined) steps.push(item(Number(index)));
    else if (quoted !== undefined) steps.push(member(quoted));
    else if (field !== undefined) steps.push(member(field.replace(/\\(.)/g, "$1")));
    else if (whole.includes("*")) steps.push((values) => values.flatMap(children));
  }
  return steps;
}

function member(name: string): Step {
  return (values) =>
    values.flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, name) ? [value[name]] : []));
}

function item(index: number): Step {
  return (values) =>
    values.flatMap((value) => {
      const found: unknown = Array.isArray(value) ? value.at(index) : undefined;
      return found === undefined ? [] : [found];
    });
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function filter(inner: string, operator: string | undefined, literal: string | undefined): Step {
  const find = jsonPath(inner);
  const wanted = literal === undefined ? undefined : literalOf(literal);
  return (values) =>
    values.flatMap(children).filter((one) => {
      const [found] = find(one);
      return operator === undefined ? found !== undefined : compare(found, operator, wanted);
    });
}

function literalOf(text: string): unknown {
  if (/^["']/.test(text)) return text.slice(1, -1);
  if (text === "true" || text === "false") return text === "true";
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function compare(found: unknown, operator: string, wanted: unknown): boolean {
  if (found === undefined) return false;
  switch (operator) {
    case "==":
      return found === wanted;
    case "!=":
      return found !== wanted;
    default: {
      if (typeof found !== typeof wanted || (typeof found !== "number" && typeof found !== "string")) return false;
      const [a, b] = [found, wanted as typeof found];
      if (operator === "<") return a < b;
      if (operator === "<=") return a <= b;
      return operator === ">" ? a > b : a >= b;
    }
  }
}
