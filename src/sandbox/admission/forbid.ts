import type { StatusCause } from "../../errors.ts";
import { forbidden, type StatusError } from "../model/status-error.ts";
import type { AdmissionAttributes } from "./admission.ts";

/** A plugin's refusal: `pods "x" is forbidden: WHY`. */
export function forbid(attributes: AdmissionAttributes, why: string, causes?: StatusCause[]): StatusError {
  const { name, object } = attributes;
  const shown = name || object?.metadata.name || object?.metadata.generateName || "Unknown";
  return forbidden(attributes.definition, shown, why, causes);
}

/** Whether the write is of whole objects of the core group's `resource`. */
export function concerns(attributes: AdmissionAttributes, resource: string): boolean {
  const { definition, subresource } = attributes;
  return definition.group === "" && definition.resource === resource && subresource === "";
}
