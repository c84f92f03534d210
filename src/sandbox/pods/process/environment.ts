import type { ApiObject } from "../../model/object.ts";
import type { Registry } from "../../storage/registry.ts";
import { ContainerConfigError } from "../container-runner.ts";
import type { Container } from "../pod.ts";
import { fieldValue, type PodFacts, resourceValue } from "./downward.ts";

interface EnvSource {
  readonly configMapKeyRef?: KeyRef;
  readonly secretKeyRef?: KeyRef;
  readonly fieldRef?: { readonly fieldPath: string };
  readonly resourceFieldRef?: { readonly resource: string; readonly divisor?: string };
}

interface KeyRef {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

interface EnvFromSource {
  readonly prefix?: string;
  readonly configMapRef?: { readonly name?: string; readonly optional?: boolean };
  readonly secretRef?: { readonly name?: string; readonly optional?: boolean };
}

/** A container's environment, `base` below what its spec says. Throws ContainerConfigError for what is missing. */
export function containerEnvironment(
  container: Container,
  facts: PodFacts,
  registry: Registry,
  base: Readonly<Record<string, string>>,
): Record<string, string> {
  const { namespace = "" } = facts.pod.metadata;
  const environment: Record<string, string> = { ...base };
  for (const { prefix = "", configMapRef, secretRef } of (container.envFrom ?? []) as EnvFromSource[]) {
    const values =
      configMapRef === undefined
        ? secretData(registry, namespace, secretRef?.name ?? "", secretRef?.optional)
        : configMapData(registry, namespace, configMapRef.name ?? "", configMapRef.optional);
    for (const [key, value] of values ?? []) environment[prefix + key] = value.toString();
  }
  for (const { name, value = "", valueFrom } of (container.env ?? []) as {
    name: string;
    value?: string;
    valueFrom?: EnvSource;
  }[]) {
    const found = valueFrom === undefined ? expand(value, environment) : sourced(valueFrom, container, facts, registry);
    if (found !== undefined) environment[name] = found;
  }
  return environment;
}

function sourced(source: EnvSource, container: Container, facts: PodFacts, registry: Registry): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = source;
  const { namespace = "" } = facts.pod.metadata;
  if (fieldRef !== undefined) return fieldValue(facts, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) {
    return resourceValue(container, resourceFieldRef.resource, resourceFieldRef.divisor);
  }
  const reference = configMapKeyRef ?? secretKeyRef;
  if (reference === undefined) return "";
  const { name = "", key, optional } = reference;
  const kind = configMapKeyRef === undefined ? "Secret" : "ConfigMap";
  const read = kind === "Secret" ? secretData : configMapData;
  const value = read(registry, namespace, name, optional)?.get(key);
  if (value === undefined && optional !== true) {
    throw new ContainerConfigError(`couldn't find key ${key} in ${kind} ${namespace}/${name}`);
  }
  return value?.toString();
}

/** `$(NAME)` becomes the variable's value where there is one; `$$` is one `$`. */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^()]+)\))/g, (whole, _inner, name?: string) =>
    name === undefined ? "$" : (environment[name] ?? whole),
  );
}

/** A ConfigMap's entries; undefined when it is absent and may be. Throws ContainerConfigError when it may not. */
export function configMapData(
  registry: Registry,
  namespace: string,
  name: string,
  optional = false,
): Map<string, Buffer> | undefined {
  const map = found(registry, "configmaps", namespace, name, optional);
  if (map === undefined) return undefined;
  const { data = {}, binaryData = {} } = map as { data?: Record<string, string>; binaryData?: Record<string, string> };
  return new Map([
    ...Object.entries(data).map(([key, value]): [string, Buffer] => [key, Buffer.from(value)]),
    ...Object.entries(binaryData).map(([key, value]): [string, Buffer] => [key, Buffer.from(value, "base64")]),
  ]);
}

/** A Secret's entries, as {@link configMapData}. */
export function secretData(
  registry: Registry,
  namespace: string,
  name: string,
  optional = false,
): Map<string, Buffer> | undefined {
  const secret = found(registry, "secrets", namespace, name, optional);
  if (secret === undefined) return undefined;
  const { data = {} } = secret as { data?: Record<string, string> };
  return new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")]));
}

function found(
  registry: Registry,
  resource: "configmaps" | "secrets",
  namespace: string,
  name: string,
  optional: boolean,
): ApiObject | undefined {
  const object = registry.get(resource, namespace, name);
  if (object === undefined && !optional) {
    throw new ContainerConfigError(`${resource.slice(0, -1)} "${name}" not found`);
  }
  return object;
}
