import { isRecord } from "../../core/record.ts";
import { UsageError } from "../../errors.ts";
import type { Container } from "../../types/core-v1.ts";

/** What kubectl's `--custom` may not change either: these have options of their own, or would make no debugger. */
const FIXED = ["name", "image", "command", "lifecycle", "volumeDevices"] as const;

/** Any part of a value, null for what is to be taken away. */
type PartOf<T> = T extends readonly (infer Item)[]
  ? readonly Item[]
  : T extends object
    ? { readonly [K in keyof T]?: PartOf<T[K]> | null }
    : T;

/** A part of a container's spec. */
export type CustomContainer = PartOf<Omit<Container, (typeof FIXED)[number]>>;

/** The fields of a container whose items are told apart by one of their own. */
const KEYS: Readonly<Record<string, string>> = {
  env: "name",
  ports: "containerPort",
  resizePolicy: "resourceName",
  volumeMounts: "mountPath",
};

/** The container with a part of a spec laid over it. Throws UsageError for what a custom part may not say. */
export function customized(container: Container, custom: CustomContainer): Container {
  const fixed = isRecord(custom) ? FIXED.find((field) => field in custom) : undefined;
  if (fixed !== undefined || !isRecord(custom)) {
    const what = fixed === undefined ? "is no object" : `may not set ${JSON.stringify(fixed)}`;
    throw new UsageError("INVALID_INPUT", `Cannot debug with this custom container: it ${what}`, {
      hint: "It takes the other fields of a container: { securityContext: { runAsUser: 0 } }.",
    });
  }
  const keyed = Object.entries(custom).map(([field, value]) => [
    field,
    KEYS[field] !== undefined && Array.isArray(value)
      ? byKey(container[field as keyof Container] as unknown, value, KEYS[field])
      : value,
  ]);
  return laidOver(container, Object.fromEntries(keyed)) as Container;
}

function byKey(own: unknown, items: readonly unknown[], key: string): unknown[] {
  const keyOf = (item: unknown): unknown => (isRecord(item) ? item[key] : undefined);
  const kept = Array.isArray(own) ? own.filter((one) => items.every((item) => keyOf(item) !== keyOf(one))) : [];
  return [...kept, ...items];
}

function laidOver(own: unknown, over: unknown): unknown {
  if (!isRecord(over)) return over;
  const result: Record<string, unknown> = isRecord(own) ? { ...own } : {};
  for (const [field, value] of Object.entries(over)) {
    if (value === null) delete result[field];
    else result[field] = laidOver(result[field], value);
  }
  return result;
}
