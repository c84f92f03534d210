import type { ClusterHandle } from "../runtime/cluster.ts";
import { handleOf, partOf } from "./complete.ts";

/** What may follow a promise: its own methods, and what makes no use of what it gives. */
const PROMISE_METHODS = new Set(["then", "catch", "finally"]);

/**
 * The call in a line whose result is used as if it had been awaited, `k8s.pods.get("web").spec`, and how it is written
 * instead; undefined where there is none.
 */
export function forgottenAwait(source: string, k8s: ClusterHandle): string | undefined {
  for (const { index: from } of source.matchAll(/(?<![\w$])(?<!(?<!\.\.)\.)k8s(?=\s*\.)/g)) {
    const before = source.slice(0, from);
    if (/\bawait\s*$/.test(before)) continue;
    const iterated = /(?:\.\.\.|\bfor\s*\(\s*(?:const|let|var)\s[^;]*\bof)\s*$/.test(before);
    for (let at = from + "k8s".length; ; ) {
      const [step, name = ""] = /^\s*\.\s*([\w$]+)/.exec(source.slice(at)) ?? [];
      if (step === undefined) break;
      const chain = source.slice(from, at);
      at += step.length;
      const end = source.charAt(at) === "(" ? closing(source, at) : at;
      if (end === undefined) break;
      if (end > at && isAsync(chain, name, k8s)) {
        const [, next] = /^\s*\??\.?\s*(\[|[\w$]+)/.exec(source.slice(end)) ?? [];
        const used = /^\s*(?:\??\.|\[)/.test(source.slice(end)) && !PROMISE_METHODS.has(next ?? "");
        const call = source.slice(from, end);
        if (used) return `${call} gives a promise: write (await ${call})${next === "[" ? "[…]" : `.${next}`}`;
        return iterated ? `${call} gives a promise: write await ${call}` : undefined;
      }
      at = end;
    }
  }
  return undefined;
}

/** Whether a method of a handle, a helper or one of their parts gives a promise. */
function isAsync(chain: string, method: string, k8s: ClusterHandle): boolean {
  const handle = handleOf(chain, k8s);
  const { cluster, resource } = handle ?? {};
  const owner =
    handle === undefined ? partOf(chain, k8s) : resource === undefined ? cluster : cluster?.resource(resource);
  if (typeof owner !== "object" || owner === null) return false;
  const member: unknown = Reflect.get(owner, method, owner);
  return Object.prototype.toString.call(member) === "[object AsyncFunction]";
}

/** Behind the bracket that closes the one at `open`; undefined where it stays open. */
function closing(source: string, open: number): number | undefined {
  let depth = 0;
  let quote = "";
  for (let at = open; at < source.length; at++) {
    const sign = source.charAt(at);
    if (quote !== "") {
      if (sign === "\\") at++;
      else if (sign === quote) quote = "";
    } else if (`"'\``.includes(sign)) quote = sign;
    else if ("([{".includes(sign)) depth++;
    else if (")]}".includes(sign) && --depth === 0) return at + 1;
  }
  return undefined;
}
