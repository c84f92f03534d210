import type { ResourceDefinition } from "../../model/definition.ts";
import type { ApiObject } from "../../model/object.ts";
import { invalid } from "../../model/status-error.ts";
import type { Strategy } from "../../storage/strategy.ts";

/** Some kinds are only replaced by who has seen what is there. Throws the 422. */
export function requireVersion(definition: ResourceDefinition, object: ApiObject, strategy: Strategy): void {
  const { name = "", resourceVersion = "" } = object.metadata;
  if (strategy.unconditionalUpdate || resourceVersion !== "") return;
  throw invalid(definition, name, [
    {
      type: "FieldValueInvalid",
      field: "metadata.resourceVersion",
      badValue: 0,
      detail: "must be specified for an update",
    },
  ]);
}
