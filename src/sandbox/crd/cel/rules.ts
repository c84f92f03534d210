import type { Environment } from "@marcbachmann/cel-js";
import { ruleEnvironment } from "./functions.ts";
import type { ValueMaker } from "./values.ts";

/** An expression that can be evaluated, or why it cannot. */
export type CompiledRule =
  | {
      readonly ok: true;
      readonly usesOldSelf: boolean;
      evaluate(variables: Readonly<Record<string, unknown>>): unknown;
    }
  | { readonly ok: false; readonly error: string };

const MAX_KEPT = 2000;

let environment: Environment | undefined;
const compiled = new Map<string, CompiledRule>();

/** Parses and checks an expression over `self` and `oldSelf`; the same text is compiled once. */
export function compileRule(expression: string): CompiledRule {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  if (compiled.size >= MAX_KEPT) compiled.clear();
  const rule = compile(expression);
  compiled.set(expression, rule);
  return rule;
}

/** Makes the values that only the CEL library can make. */
export const MAKE: ValueMaker & {
  readonly someOf: (value: unknown) => unknown;
  readonly none: () => unknown;
} = {
  duration: (text) => evaluated("duration(self)", { self: text }),
  someOf: (value) => evaluated("optional.of(self)", { self: value }),
  none: () => evaluated("optional.none()", {}),
};

/** The message of an error of the CEL library, without the excerpt that it draws. */
export function celMessage(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  const bare = line.replace(/^No such key: index out of bounds, index (\d+).*/, "index out of bounds: $1");
  return bare.replace(/^No such key/, "no such key");
}

function compile(expression: string): CompiledRule {
  environment ??= ruleEnvironment();
  try {
    const checked = environment.check(expression);
    if (!checked.valid) return { ok: false, error: celMessage(checked.error) };
    const parsed = environment.parse(expression);
    return { ok: true, usesOldSelf: usesOldSelf(expression), evaluate: (variables) => parsed(variables) as unknown };
  } catch (error) {
    return { ok: false, error: celMessage(error) };
  }
}

/** Whether the name stands outside of string literals. */
function usesOldSelf(expression: string): boolean {
  return /\boldSelf\b/.test(expression.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""'));
}

function evaluated(expression: string, variables: Readonly<Record<string, unknown>>): unknown {
  const rule = compileRule(expression);
  if (!rule.ok) throw new Error(rule.error);
  return rule.evaluate(variables);
}
