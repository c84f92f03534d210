import type { ApiObject } from "../model/object.ts";
import type { UserInfo } from "../model/user.ts";

/**
 * What one kind does besides the rules common to all, as upstream's `Strategy` of each registry. Which part of an
 * object a write may change is decided elsewhere; this is about its life.
 */
export interface Strategy {
  /** Whether a PUT of an absent object creates it. */
  readonly createsOnUpdate: boolean;
  /** Whether a write may leave out the resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** Whether a delete answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** Whether dependents are orphaned when the request does not say. */
  readonly orphansByDefault: boolean;
  /** Fills in, in place, what follows from who creates. */
  prepareCreate?(object: ApiObject, user: UserInfo): void;
  /** Seconds to wait before the object goes, 0 at once; absent for kinds that know no grace. */
  gracePeriod?(object: ApiObject, requested: number | undefined): number;
  /** Marks the object as going, for kinds that only go when the server has emptied them. */
  terminate?(object: ApiObject, now: number): ApiObject;
  /** Whether something besides `metadata.finalizers` holds a going object. */
  holds?(object: ApiObject): boolean;
}
