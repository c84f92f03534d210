import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { isRecord, record } from "../../core/record.ts";
import type { ApiResource } from "../../core/resource.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { objectNamespace, scopeIn } from "../../resources/scope.ts";
import type { OperationContext } from "../context.ts";
import { type WaitOptions, waitForAll } from "./wait.ts";
import type { WaitFor } from "./wait-condition.ts";
import type { WaitGroup } from "./wait-group.ts";

/** `TYPE/NAME`, an object of the API, or an entry of an apply's report. */
export type WaitTarget = string | KubernetesObject | { readonly object: KubernetesObject };

/** Waits for objects of several kinds; one watch for each resource and namespace. */
export async function waitAcross(
  operation: OperationContext,
  which: WaitTarget | readonly WaitTarget[],
  condition: WaitFor<UnknownObject>,
  options: WaitOptions = {},
): Promise<UnknownObject[]> {
  const targets = Array.isArray(which) ? (which as readonly WaitTarget[]) : [which as WaitTarget];
  const found = [];
  for (const target of targets) found.push(await locateTarget(operation, target, options));
  return waitForAll(groupsByClient(found), condition, options);
}

/** The names of each collection together. */
export function groupsByClient(
  objects: readonly { readonly client: ResourceClient<UnknownObject>; readonly name: string }[],
): WaitGroup<UnknownObject>[] {
  const groups = new Map<string, { readonly client: ResourceClient<UnknownObject>; readonly names: string[] }>();
  for (const { client, name } of objects) {
    const key = JSON.stringify(client);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { client, names: [name] });
    else group.names.push(name);
  }
  return [...groups.values()].map(({ client, names }) => ({ client, selection: { names } }));
}

async function locateTarget(
  operation: OperationContext,
  target: WaitTarget,
  { namespace: chosen, signal }: WaitOptions,
): Promise<{ client: ResourceClient<UnknownObject>; name: string }> {
  const scope = chosen === undefined ? operation.scope : scopeIn(chosen);
  const within = (resource: ApiResource, name: string, own: string | undefined): ResourceClient<UnknownObject> => {
    const namespace = own ?? objectNamespace(resource, scope, "wait for", name);
    const helper = operation.helperOf<UnknownObject>(resource);
    return namespace === undefined ? helper : helper.in(namespace);
  };
  if (typeof target === "string") {
    const [, type, name] = /^([^/]+)\/([^/]+)$/.exec(target) ?? [];
    if (type === undefined || name === undefined) {
      throw new UsageError("INVALID_INPUT", `Cannot wait for "${target}": it is not TYPE/NAME`, {
        hint: 'As in k8s.wait("deployments/web", …); of one resource, k8s.deployments.wait("web", …).',
      });
    }
    return { client: within(await operation.discovery.resolve(type, { signal }), name, undefined), name };
  }
  const object = isRecord(target) && "object" in target ? target.object : target;
  const { apiVersion, kind, metadata } = record(object) as KubernetesObject;
  if (apiVersion === undefined || kind === undefined || metadata?.name === undefined) {
    throw new UsageError("INVALID_INPUT", "Cannot wait for an object: it has no apiVersion, kind or metadata.name");
  }
  const resource = await operation.discovery.resolveKind(apiVersion, kind, { signal });
  return { client: within(resource, metadata.name, metadata.namespace), name: metadata.name };
}
