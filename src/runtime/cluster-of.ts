import { CLUSTER_OPTIONS } from "../operations/option-names.ts";
import { BUILT_IN_RESOURCES } from "../types/built-in-resources.ts";
import type { Cluster, ClusterHandle } from "./cluster.ts";
import { memberWithKnownOptions } from "./known-options.ts";

/** Names that are no resources though code asks for them: promises, inspection, serialisation. */
const NOT_RESOURCES = new Set(["then", "catch", "finally", "constructor", "prototype", "inspect"]);

/** The handle with a helper under every name that it does not have itself. */
export function clusterOf(handle: ClusterHandle): Cluster {
  return new Proxy(handle, {
    get(target, name) {
      if (typeof name === "symbol" || name in target) return memberWithKnownOptions(target, name, CLUSTER_OPTIONS);
      return isResourceName(name) ? target.resource(name) : undefined;
    },
    has: (target, name) => name in target || (typeof name === "string" && isBuiltIn(name)),
    ownKeys: (target) => [...Reflect.ownKeys(target), ...BUILT_IN_RESOURCES.map(({ name }) => name)].filter(unique),
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === "symbol" || !isBuiltIn(name)) return Reflect.getOwnPropertyDescriptor(target, name);
      return { value: target.resource(name), configurable: true, enumerable: true, writable: false };
    },
    set: () => false,
    defineProperty: () => false,
  }) as Cluster;
}

function isResourceName(name: string): boolean {
  return /^[a-z][a-z0-9]*$/.test(name) && !NOT_RESOURCES.has(name);
}

function isBuiltIn(name: string): boolean {
  return BUILT_IN_RESOURCES.some((one) => one.name === name);
}

function unique<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}
