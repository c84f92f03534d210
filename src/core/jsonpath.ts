/**
 * kubectl's JSONPath dialect. https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */

import { UsageError } from "../errors.ts";
import {
  type JsonPathNode,
  type JsonPathOperand,
  type JsonPathStep,
  type JsonPathTemplate,
  parseJsonPath,
} from "./jsonpath-parse.ts";
import { isRecord } from "./record.ts";

export { type JsonPathTemplate, parseJsonPath, relaxedJsonPath } from "./jsonpath-parse.ts";

export interface JsonPathOptions {
  /** Whether a missing field gives nothing instead of an error. Default true, as `kubectl get -o jsonpath`. */
  readonly allowMissingKeys?: boolean | undefined;
}

/** The values that each expression of a template gives, in order; a template's text counts as one value. */
export function evaluateJsonPath(
  template: JsonPathTemplate,
  data: unknown,
  options: JsonPathOptions = {},
): unknown[][] {
  const evaluator = new Evaluator(data, options.allowMissingKeys ?? true);
  return evaluator.nodes(template, data);
}

/** What `kubectl get -o jsonpath=TEMPLATE` prints: values parted by a space, texts bare, others as JSON. */
export function formatJsonPath(template: string, data: unknown, options: JsonPathOptions = {}): string {
  return evaluateJsonPath(parseJsonPath(template), data, options)
    .map((values) => values.map(shown).join(" "))
    .join("");
}

class Evaluator {
  readonly #root: unknown;
  readonly #allowMissing: boolean;

  constructor(root: unknown, allowMissing: boolean) {
    this.#root = root;
    this.#allowMissing = allowMissing;
  }

  nodes(nodes: readonly JsonPathNode[], current: unknown): unknown[][] {
    return nodes.flatMap((node) => {
      if (node.type === "text") return [[node.text]];
      const values = this.#walk(node.steps, [current], this.#allowMissing);
      return node.type === "path" ? [values] : values.flatMap((value) => this.nodes(node.body, value));
    });
  }

  #walk(steps: readonly JsonPathStep[], start: readonly unknown[], allowMissing: boolean): unknown[] {
    let values = [...start];
    let missing = allowMissing;
    for (const step of steps) {
      // Each branch of a union takes all values before the next one does: `[*]['a','b']` gives every a, then every b.
      values =
        step.type === "union"
          ? step.branches.flatMap((branch) => this.#walk(branch, values, missing))
          : values.flatMap((value) => this.#step(step, value, missing));
      // Below `..` most values lack the field that comes next.
      missing = allowMissing || step.type === "descendants";
    }
    return values;
  }

  #step(step: Exclude<JsonPathStep, { type: "union" }>, value: unknown, missing: boolean): unknown[] {
    switch (step.type) {
      case "root":
        return [this.#root];
      case "field":
        if (isRecord(value) && Object.hasOwn(value, step.name)) return [value[step.name]];
        if (missing) return [];
        throw new UsageError("INVALID_INPUT", `Cannot evaluate the JSONPath: "${step.name}" is not found`);
      case "wildcard":
        return children(value);
      case "descendants":
        return descendants(value);
      case "index": {
        if (!Array.isArray(value)) return notAnArray(missing);
        const index = step.index < 0 ? value.length + step.index : step.index;
        if (index in value) return [value[index]];
        if (missing) return [];
        throw new UsageError(
          "INVALID_INPUT",
          `Cannot evaluate the JSONPath: index ${step.index} is out of a list of ${value.length}`,
        );
      }
      case "slice":
        return Array.isArray(value)
          ? value.slice(step.start, step.end).filter((_, at) => at % step.step === 0)
          : notAnArray(missing);
      case "filter":
        return children(value).filter((child) => this.#matches(step, child));
    }
  }

  #matches(step: JsonPathStep & { type: "filter" }, child: unknown): boolean {
    const left = this.#operand(step.left, child);
    if (step.operator === "exists") return left.length > 0;
    const right = this.#operand(step.right, child);
    if (left.length !== 1 || right.length !== 1) return false;
    return compare(left[0], step.operator, right[0]);
  }

  #operand(operand: JsonPathOperand, child: unknown): unknown[] {
    return operand.type === "value" ? [operand.value] : this.#walk(operand.steps, [child], true);
  }
}

function compare(left: unknown, operator: string, right: unknown): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  const comparable =
    (typeof left === "number" && typeof right === "number") || (typeof left === "string" && typeof right === "string");
  if (!comparable) return false;
  if (operator === "<") return left < right;
  if (operator === ">") return left > right;
  return operator === "<=" ? left <= right : left >= right;
}

function notAnArray(missing: boolean): unknown[] {
  if (missing) return [];
  throw new UsageError("INVALID_INPUT", "Cannot evaluate the JSONPath: an index is used on what is not a list");
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

function descendants(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(value);
}
