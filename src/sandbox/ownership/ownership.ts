import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";

/** What a write is, for `metadata.managedFields`. */
export interface Ownership {
  readonly manager: string;
  readonly subresource: string;
  /** `apps/v1`: the version the request was made in. */
  readonly apiVersion: string;
  /** RFC 3339 seconds. */
  readonly time: string;
  readonly definition: ResourceDefinition;
}

/**
 * After create, replace and the three other patches: returns `updated` with managedFields that give the changed
 * fields to the manager and take them from the others; `live` is undefined for a create.
 */
export type TrackUpdate = (live: ApiObject | undefined, updated: ApiObject, ownership: Ownership) => ApiObject;

/**
 * Server-side apply: merges `applied` into `live` (undefined: a create), removes what the manager no longer lists,
 * and returns the object with its managedFields. Throws the 409 with every conflicting field and manager.
 */
export type ServerSideApply = (
  live: ApiObject | undefined,
  applied: ApiObject,
  ownership: Ownership & { readonly force: boolean },
) => ApiObject;
