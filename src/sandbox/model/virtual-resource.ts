import type { Registry } from "../storage/registry.ts";
import type { ApiObject } from "./object.ts";
import type { UserInfo } from "./user.ts";

/** A create-only resource that is answered, not stored: the review APIs, and `serviceaccounts/token`. */
export interface VirtualResource {
  readonly group: string;
  /** Plural name; `resource/subresource` for a sub-resource: `serviceaccounts/token`. */
  readonly resource: string;
  /**
   * The answer to a decoded object, whose `metadata.managedFields` the caller has already tracked: an answer that
   * echoes the object keeps them. Throws StatusError.
   */
  create(object: ApiObject, context: VirtualResourceContext): ApiObject;
}

export interface VirtualResourceContext {
  readonly user: UserInfo;
  /** Empty for a cluster-scoped resource. */
  readonly namespace: string;
  /** The parent's name, of a sub-resource; else empty. */
  readonly name: string;
  /** Field manager that the request named or implied. */
  readonly manager: string;
  readonly registry: Registry;
}
