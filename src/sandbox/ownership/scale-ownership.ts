import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import { equalJson } from "../patch/json-value.ts";
import { setOf } from "./field-set.ts";
import { type Managers, managerId, takeFields } from "./managers.ts";
import type { Ownership } from "./ownership.ts";
import { fieldElement } from "./path-element.ts";

/**
 * Ownership of a write through `/scale`, seen from the parent: the replicas field goes over to the manager of the
 * scale, in an entry of its own that carries no time.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/scalehandler.go
 */
export function trackScale(managers: Managers, live: ApiObject, updated: ApiObject, ownership: Ownership): Managers {
  const path = replicasPath(ownership);
  if (equalJson(valueAt(live, path), valueAt(updated, path))) return managers;
  const replicas = setOf(path.map(fieldElement));
  const rest = takeFields(managers, replicas);
  const { manager, apiVersion, subresource } = ownership;
  const identity = { manager, operation: "Update", apiVersion, subresource } as const;
  rest.set(managerId(identity), { ...identity, time: undefined, set: replicas });
  return rest;
}

/** Where the parent keeps its replicas: `["spec", "replicas"]`, or what the CustomResourceDefinition says. */
export function replicasPath({ definition }: Pick<Ownership, "definition">): readonly string[] {
  const path = definition.custom?.scale?.specReplicasPath ?? ".spec.replicas";
  return path.split(".").filter((part) => part !== "");
}

function valueAt(object: ApiObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isJsonObject(value) ? value[key] : undefined), object);
}
