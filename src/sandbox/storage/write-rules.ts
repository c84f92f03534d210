import type { AdmissionPlugin } from "../admission/admission.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject } from "../model/object.ts";
import type { ServerSideApply, TrackUpdate } from "../ownership/ownership.ts";

/** The parts of a write that other folders provide. */
export interface WriteRules {
  /** Fills in, in place, what the object leaves out. */
  readonly applyDefaults: (definition: ResourceDefinition, object: ApiObject) => void;
  /** Makes of a new object, in place, what its kind lets a create store. */
  readonly prepareForCreate: (definition: ResourceDefinition, object: ApiObject) => void;
  /** Takes from `updated`, in place, only the part that the request may change; counts the generation. */
  readonly prepareForUpdate: (
    definition: ResourceDefinition,
    old: ApiObject,
    updated: ApiObject,
    subresource: string,
  ) => void;
  /** Gives the object, in place, what must be its alone, such as addresses; returns what cannot be had. */
  readonly allocate: (
    definition: ResourceDefinition,
    object: ApiObject,
    old: ApiObject | undefined,
    dryRun: boolean,
  ) => readonly FieldError[];
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
