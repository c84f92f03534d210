import type { AdmissionAttributes } from "../admission/admission.ts";
import { type Clock, formatTime } from "../model/clock.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { UserInfo } from "../model/user.ts";
import type { Ownership } from "../ownership/ownership.ts";
import type { Registry } from "./registry.ts";
import type { Store } from "./store.ts";
import type { WriteRules } from "./write-rules.ts";

/** One write, as all steps of it see it. */
export interface WriteContext {
  /** In the version of the request. */
  readonly definition: ResourceDefinition;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** Empty for the whole object. */
  readonly subresource: string;
  readonly manager: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly warn: (text: string) => void;
}

/** What every write needs of the server. */
export interface WriteServer {
  readonly store: Store;
  readonly clock: Clock;
  readonly rules: WriteRules;
  readonly random: () => number;
  readonly uid: () => string;
  /** What admission plugins read from. */
  readonly registry: () => Registry;
}

/** A stored object as the request's version reads it. */
export function fromStorage(definition: ResourceDefinition, stored: ApiObject): ApiObject {
  return definition.fromStorage === undefined ? stored : (definition.fromStorage(stored) as ApiObject);
}

/** An object of the request's version as it is stored. */
export function toStorage(definition: ResourceDefinition, object: ApiObject): ApiObject {
  return definition.toStorage === undefined ? object : (definition.toStorage(object) as ApiObject);
}

export function ownershipOf(server: WriteServer, context: WriteContext): Ownership {
  return {
    manager: context.manager,
    subresource: context.subresource,
    apiVersion: groupVersion(context.definition),
    time: formatTime(server.clock.now()),
    definition: context.definition,
  };
}

/** Asks every admission plugin, first those that change the object, then those that judge it. */
export function admit(
  server: WriteServer,
  context: WriteContext,
  phase: "mutate" | "validate",
  write: Pick<AdmissionAttributes, "operation" | "name" | "object" | "old">,
): void {
  const attributes: AdmissionAttributes = {
    ...write,
    definition: context.definition,
    subresource: context.subresource,
    namespace: context.namespace,
    user: context.user,
    dryRun: context.dryRun,
    warn: context.warn,
  };
  for (const plugin of server.rules.admission) plugin[phase]?.(attributes, server.registry());
}
