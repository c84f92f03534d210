import { nearest } from "../core/nearest.ts";
import { UsageError } from "../errors.ts";
import type { MethodOptions, OptionTable } from "../operations/option-names.ts";
import { tellDeed } from "./tell-deed.ts";

/** What kubectl's flags and the API's parameters are called here, where it is not nearly the same. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  selector: "labels",
  labelSelector: "labels",
  matchLabels: "labels",
  fieldSelector: "fields",
  timeout: "timeoutMs",
  tail: "tailLines",
  grace: "gracePeriodSeconds",
  gracePeriod: "gracePeriodSeconds",
  cascade: "propagationPolicy",
  it: "terminal",
  ns: "namespace",
  input: "stdin",
};

type Call = (...given: unknown[]) => unknown;

/**
 * The same object for users: its methods refuse options that they do not have, which would be left out of account. What
 * the object calls of itself is not looked at again.
 */
export function withKnownOptions<T extends object>(owner: T, table: OptionTable, whole: object = owner): T {
  return new Proxy(owner, { get: (target, name) => memberWithKnownOptions(target, name, table, whole) });
}

/**
 * One member of an object: its methods bound to it and checked, what it is made of likewise. What they did is told of the
 * whole that the object is a part of.
 */
export function memberWithKnownOptions(
  owner: object,
  name: string | symbol,
  table: OptionTable,
  whole: object = owner,
): unknown {
  const value: unknown = Reflect.get(owner, name, owner);
  if (name === "constructor") return value;
  const key = String(name);
  const { methods, parts = {}, again = [] } = table;
  if (typeof value !== "function") {
    const part = again.includes(key) ? table : Object.hasOwn(parts, key) ? parts[key] : undefined;
    return part === undefined ? value : withKnownOptions(value as object, part, part === table ? undefined : whole);
  }
  const bound = (value as Call).bind(owner) as Call;
  if (again.includes(key)) return (...given: unknown[]) => withKnownOptions(bound(...given) as object, table);
  const method = Object.hasOwn(methods, key) ? methods[key] : undefined;
  if (method === undefined) return bound;
  const call = checked(bound, key, method, isAsync(value) ? { whole, owner } : undefined);
  return Object.defineProperty(call, "name", { value: key });
}

/** @param of whose an asynchronous method is; undefined for one that gives its result at once */
function checked(
  call: Call,
  name: string,
  method: MethodOptions,
  of: { readonly whole: object; readonly owner: object } | undefined,
): Call {
  if (of === undefined) {
    return (...given) => {
      const refused = refusal(name, method, given);
      if (refused !== undefined) throw refused;
      return call(...given);
    };
  }
  return async (...given) => {
    const refused = refusal(name, method, given);
    if (refused !== undefined) throw refused;
    const result = await call(...given);
    tellDeed(of.whole, of.owner, name, given, result);
    return result;
  };
}

function refusal(name: string, { at, names }: MethodOptions, given: readonly unknown[]): UsageError | undefined {
  for (const position of at) {
    const unknown = plainKeys(given[position]).find((key) => !names.includes(key));
    if (unknown === undefined) continue;
    const other = OTHER_NAMES[unknown];
    const meant = other !== undefined && names.includes(other) ? other : nearest(unknown, names);
    const hint = meant === undefined ? `It takes ${[...names].sort().join(", ")}.` : `The option is "${meant}".`;
    return new UsageError("INVALID_INPUT", `Cannot call ${name}: there is no option "${unknown}"`, { hint });
  }
  return undefined;
}

function plainKeys(value: unknown): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.keys(value);
}

function isAsync(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object AsyncFunction]";
}
