import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import type { UserInfo } from "../model/user.ts";
import type { StoreEvent } from "./store.ts";

/** Who writes, for field ownership and admission. */
export interface WriteOptions {
  /** Field manager, such as `kube-controller-manager`. */
  readonly manager: string;
  /** `status`: only that part is taken from the object given. `binding`: all of it, without ownership or generation. */
  readonly subresource?: string;
  readonly user?: UserInfo;
  readonly dryRun?: boolean;
}

export interface CreateOptions extends WriteOptions {
  /** The served version in which the object is written, such as `events.k8s.io/v1`. Default: the storage version. */
  readonly apiVersion?: string;
}

export interface DeleteOptions {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly user?: UserInfo;
  readonly dryRun?: boolean;
}

/**
 * The path that every write takes below HTTP: defaults, admission, validation, field ownership, versions, finalizers.
 * Request handlers and controllers use the same one. Synchronous; failures are thrown as StatusError.
 * Resources are named as in `groupResource`: `pods`, `deployments.apps`; the storage version is used.
 */
export interface Registry {
  /** Every served definition of every version; changes with CRDs. */
  definitions(): readonly ResourceDefinition[];
  definition(group: string, version: string, resource: string): ResourceDefinition | undefined;
  /** The preferred definition by `plural` or `plural.group`; throws when there is none. */
  lookup(resource: string): ResourceDefinition;
  get(resource: string, namespace: string, name: string): ApiObject | undefined;
  list(resource: string, namespace?: string): ApiObject[];
  create(resource: string, namespace: string, object: unknown, options: CreateOptions): ApiObject;
  /** Optimistic: a differing `metadata.resourceVersion` is a conflict; none means unconditionally. */
  update(resource: string, object: ApiObject, options: WriteOptions): ApiObject;
  /** Reads, lets `change` return the new object (undefined: nothing to do), writes; returns what is stored. */
  modify(
    resource: string,
    namespace: string,
    name: string,
    change: (object: ApiObject) => ApiObject | undefined,
    options: WriteOptions,
  ): ApiObject | undefined;
  /** Returns the object's last or marked state; undefined when it was not there. */
  delete(resource: string, namespace: string, name: string, options?: DeleteOptions): ApiObject | undefined;
  /** Every change after the call, synchronously; the function returned ends it. */
  subscribe(resource: string, listener: (event: StoreEvent) => void): () => void;
}
