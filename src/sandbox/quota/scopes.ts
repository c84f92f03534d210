import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import { podAmounts } from "./amounts.ts";

/** Whether a quota is about this object: one with scopes is about pods that are in all of them. */
export function concernsObject(
  quota: ApiObject,
  kind: Pick<ResourceDefinition, "group" | "resource">,
  object: ApiObject,
): boolean {
  const spec = objectAt(quota, "spec");
  const requirements = [
    ...stringsAt(spec, "scopes").map((scopeName): JsonObject => ({ scopeName, operator: "Exists" })),
    ...objectsAt(objectAt(spec, "scopeSelector"), "matchExpressions"),
  ];
  if (requirements.length === 0) return true;
  if (kind.group !== "" || kind.resource !== "pods") return false;
  return requirements.every((requirement) => meets(requirement, objectAt(object, "spec")));
}

function meets(requirement: JsonObject, spec: JsonObject | undefined): boolean {
  switch (stringAt(requirement, "scopeName")) {
    case "Terminating":
      return typeof spec?.activeDeadlineSeconds === "number";
    case "NotTerminating":
      return typeof spec?.activeDeadlineSeconds !== "number";
    case "BestEffort":
      return isBestEffort(spec);
    case "NotBestEffort":
      return !isBestEffort(spec);
    case "PriorityClass":
      return meetsOperator(requirement, stringAt(spec, "priorityClassName"));
    case "CrossNamespacePodAffinity":
      return JSON.stringify(objectAt(spec, "affinity") ?? {}).match(/"namespaces":\["|"namespaceSelector":\{/) !== null;
    default:
      return false;
  }
}

function isBestEffort(spec: JsonObject | undefined): boolean {
  const asked = [...podAmounts(spec, "requests").keys(), ...podAmounts(spec, "limits").keys()];
  return !asked.some((name) => name === "cpu" || name === "memory");
}

function meetsOperator(requirement: JsonObject, value: string): boolean {
  const values = stringsAt(requirement, "values");
  switch (stringAt(requirement, "operator")) {
    case "In":
      return values.includes(value);
    case "NotIn":
      return !values.includes(value);
    case "DoesNotExist":
      return value === "";
    default:
      return value !== "";
  }
}
