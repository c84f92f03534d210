import type { AdmissionPlugin } from "../admission/admission.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject } from "../model/object.ts";
import type { ServerSideApply, TrackUpdate } from "../ownership/ownership.ts";

/** The parts of a write that other folders provide. */
export interface WriteRules {
  /** Fills in what the object leaves out; may change it in place. */
  readonly applyDefaults: (definition: ResourceDefinition, object: ApiObject) => ApiObject;
  readonly validateCreate: (definition: ResourceDefinition, object: ApiObject) => readonly FieldError[];
  /** `subresource` is empty for a write of the whole object. */
  readonly validateUpdate: (
    definition: ResourceDefinition,
    old: ApiObject,
    object: ApiObject,
    subresource: string,
  ) => readonly FieldError[];
  readonly trackUpdate: TrackUpdate;
  readonly serverSideApply: ServerSideApply;
  /** In the order in which they are asked. */
  readonly admission: readonly AdmissionPlugin[];
}
