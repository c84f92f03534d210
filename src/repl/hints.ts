import type { ClusterHandle } from "../runtime/cluster.ts";
import type { Evaluation } from "./evaluate.ts";
import { forgottenAwait } from "./forgotten-await.ts";
import { suggestForShellWords } from "./shell-words.ts";
import { suggestMethod } from "./suggest-method.ts";

/** Where hints look: the cluster at the prompt, and the values of its global names. */
export interface HintContext {
  readonly k8s: ClusterHandle;
  readonly global: (name: string) => unknown;
}

/** What a line likely meant that gave its value without an error: a call, or a promise's result. */
export function hintsAfter(
  { source, evaluation, value }: { readonly source: string; readonly evaluation: Evaluation; readonly value: unknown },
  { k8s, global }: HintContext,
): string[] {
  const { declared, lastExpression } = evaluation;
  if (lastExpression === undefined) {
    const kept = declared.filter((name) => global(name) instanceof Promise);
    return kept.map((name) => `${name} is a promise: write ${name} = await …, or await ${name}`);
  }
  if (typeof value === "function" && /^\s*k8s[\w.]*\s*;?\s*$/.test(source)) {
    return [`Call it: ${source.replace(/[\s;]+/g, "")}(…)`];
  }
  const used = value === undefined ? forgottenAwait(source, k8s) : undefined;
  return used === undefined ? [] : [used];
}

/** What a line likely meant that ended with an error; undefined where nothing is known. */
export function hintAt(error: unknown, source: string, { k8s, global }: HintContext): string | undefined {
  const words = suggestForShellWords(error, source, k8s);
  if (words !== undefined || !(error instanceof TypeError)) return words;
  const name = /^([\w$]+)(?:\.[\w$]+ is not a function| is not iterable)/.exec(error.message)?.[1];
  if (name !== undefined && global(name) instanceof Promise) return `${name} is a promise: write (await ${name})`;
  return forgottenAwait(source, k8s) ?? suggestMethod(error, k8s);
}
