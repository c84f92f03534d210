import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { UserInfo } from "../model/user.ts";
import type { Store } from "./store.ts";

/** What a strategy may look at besides the object. */
export interface StrategyContext {
  readonly definition: ResourceDefinition;
  readonly store: Store;
  readonly user: UserInfo;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: () => number;
  readonly dryRun: boolean;
}

/**
 * What one kind does besides the rules common to all, as upstream's `Strategy` of each registry. The hooks change
 * the object given, which nobody else holds.
 */
export interface Strategy {
  /** Whether `metadata.generation` counts the changes of what is not metadata or status. */
  readonly generation: boolean;
  /** Whether changed annotations count too. */
  readonly generationCountsAnnotations: boolean;
  /** Whether a create may bring a status along. */
  readonly keepsStatusOnCreate: boolean;
  /** Whether a write of the status leaves the labels alone. */
  readonly statusKeepsLabels: boolean;
  /** Whether a PUT of an absent object creates it. */
  readonly createsOnUpdate: boolean;
  /** Whether a write may leave out the resourceVersion. */
  readonly unconditionalUpdate: boolean;
  /** Whether a delete answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** Whether dependents are orphaned when the request does not say. */
  readonly orphansByDefault: boolean;
  /** Fields that the server sets on its own; not owned by who creates. Runs once metadata is complete. */
  prepareCreate?(object: ApiObject, context: StrategyContext): void;
  prepareUpdate?(object: ApiObject, old: ApiObject, context: StrategyContext): void;
  /** Seconds to wait before the object goes, 0 at once; undefined for kinds that know no grace. */
  gracePeriod?(object: ApiObject, requested: number | undefined): number;
  /** Marks the object as going, for kinds that only go when the server has emptied them. */
  terminate?(object: ApiObject, now: number): ApiObject;
  /** Whether something besides `metadata.finalizers` holds a going object. */
  holds?(object: ApiObject): boolean;
}
