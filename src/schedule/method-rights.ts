import type { ApiResource } from "../core/resource.ts";
import { isLiteralObject, type Literal, SPREAD, UNSEEN } from "./source-literals.ts";

/** One right that a call needs. */
export interface MethodRight {
  readonly verbs: readonly string[];
  /** Any name that kubectl takes; default the helper's own. */
  readonly resource?: string;
  readonly subresource?: string;
  /** Where it is needed wherever the call is; `"*"` for all namespaces. */
  readonly namespace?: string | undefined;
  /** Only of some calls; default all. */
  readonly when?: Condition;
}

/** A call, as far as rights depend on it. */
export interface MethodCall {
  /** The helper's resource; undefined for the methods of `k8s` itself. */
  readonly own: ApiResource | undefined;
  readonly args: readonly Literal[];
  /** Whether the handle's scope was chosen, and to all namespaces. */
  readonly scope: "session" | "namespace" | "everywhere";
}

export type Condition = (call: MethodCall) => boolean;

/** What a method asks of the server: always, or by what it is called with. */
export type MethodRights = readonly MethodRight[] | ((call: MethodCall) => readonly MethodRight[]);

/** An option of the object at this place among the arguments; what is not seen may be anything. */
export function optionOf({ args }: MethodCall, name: string, index: number): Literal {
  const options = args[index];
  if (options === UNSEEN) return UNSEEN;
  if (!isLiteralObject(options)) return undefined;
  return Object.hasOwn(options, name) ? options[name] : options[SPREAD];
}

/** Whether an option is, or may be, given and not `false`. */
export function given(name: string, index = 1): Condition {
  return (call) => {
    const value = optionOf(call, name, index);
    return value !== undefined && value !== false;
  };
}

/** Whether an option has, or may have, this value. */
export function has(name: string, value: Literal, index = 1): Condition {
  return (call) => [value, UNSEEN].includes(optionOf(call, name, index));
}

/** Whether the helper is of one of these resources. */
export function on(...names: readonly string[]): Condition {
  return ({ own }) => own !== undefined && names.includes(own.group === "" ? own.name : `${own.name}.${own.group}`);
}

export const namespaced: Condition = ({ own }) => own?.namespaced === true;

export function not(condition: Condition): Condition {
  return (call) => !condition(call);
}

export function both(...conditions: readonly Condition[]): Condition {
  return (call) => conditions.every((one) => one(call));
}

export function either(...conditions: readonly Condition[]): Condition {
  return (call) => conditions.some((one) => one(call));
}

/** The rights of a call of a method; undefined for one that is not in the table. */
export function rightsOfMethod(
  table: Readonly<Record<string, MethodRights>>,
  method: string,
  call: MethodCall,
): readonly MethodRight[] | undefined {
  const rights = Object.hasOwn(table, method) ? table[method] : undefined;
  const all = typeof rights === "function" ? rights(call) : rights;
  return all?.filter(({ when }) => when === undefined || when(call));
}
