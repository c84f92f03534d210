import type { UnknownObject } from "../../core/object.ts";
import { groupResource, parseGroupVersion } from "../../core/path.ts";
import { record } from "../../core/record.ts";
import type { ApiResource } from "../../core/resource.ts";
import { isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { namespaceForObject, scopeIn } from "../../resources/scope.ts";
import type { OperationContext } from "../context.ts";
import { specOf } from "../wait/conditions.ts";
import { type Manifest, nameOf } from "./manifests.ts";

/** A manifest, and where its object is in the cluster. */
export interface Target {
  readonly manifest: Manifest;
  readonly object: UnknownObject;
  readonly resource: ApiResource;
  /** In the namespace of the object. */
  readonly client: ResourceClient<UnknownObject>;
  /** Undefined for what has none. */
  readonly namespace: string | undefined;
  /** Empty where the server is to give it. */
  readonly name: string;
  /** `deployments.apps "web"` */
  readonly label: string;
}

/** Why a manifest cannot be used. */
export interface Problem {
  readonly manifest: Manifest;
  readonly error: unknown;
}

/** Manifests with their resources. */
export interface Located {
  readonly targets: readonly Target[];
  /** Of kinds that the server does not serve. */
  readonly unknown: readonly Problem[];
  /** What cannot be addressed. */
  readonly problems: readonly Problem[];
}

/** Finds the resource and namespace of each manifest. */
export async function locate(
  operation: OperationContext,
  manifests: readonly Manifest[],
  options: CallScope,
): Promise<Located> {
  const [targets, unknown, problems]: [Target[], Problem[], Problem[]] = [[], [], []];
  for (const manifest of manifests) {
    try {
      targets.push(await locateOne(operation, manifest, options));
    } catch (error) {
      if (!isKubescriptError(error)) throw error;
      if (error.code === "UNKNOWN_RESOURCE") unknown.push({ manifest, error });
      else if (error instanceof UsageError) problems.push({ manifest, error });
      else throw error;
    }
  }
  return { targets, unknown, problems };
}

/** Throws UNKNOWN_RESOURCE for a kind that is not served. */
async function locateOne(
  operation: OperationContext,
  manifest: Manifest,
  { namespace: chosen, signal }: CallScope,
): Promise<Target> {
  const { object } = manifest;
  const { apiVersion = "", kind = "", metadata } = object;
  const resource = await operation.discovery.resolveKind(apiVersion, kind, { signal });
  const helper = operation.helperOf(resource);
  const scope = chosen === undefined ? operation.scope : scopeIn(chosen);
  const namespace = namespaceForObject(resource, scope, "use", object);
  const name = metadata?.name ?? "";
  return {
    ...{ manifest, object, resource, namespace, name },
    client: namespace === undefined ? helper : helper.in(namespace),
    label: `${groupResource(resource)} "${nameOf(object)}"`,
  };
}

/** `Widget.example.com`, as inventories name kinds. */
export function groupKind({ group, kind }: { readonly group: string; readonly kind: string }): string {
  return group === "" ? kind : `${kind}.${group}`;
}

/** The kinds that the CustomResourceDefinitions among manifests define. */
export function definedKinds(manifests: readonly Manifest[]): Set<string> {
  const kinds = manifests.flatMap(({ object }) => {
    if (object.kind !== "CustomResourceDefinition") return [];
    const { group, names } = specOf(object);
    return [groupKind({ group: String(group ?? ""), kind: String(record(names).kind ?? "") })];
  });
  return new Set(kinds);
}

/** The kind of a manifest as {@link definedKinds} has it. */
export function kindOf({ object: { apiVersion = "", kind = "" } }: Manifest): string {
  return groupKind({ group: parseGroupVersion(apiVersion).group, kind });
}
