import type { ApiResource } from "../core/resource.ts";

/** One version of a group. */
export interface ApiVersion {
  /** `apps/v1`, or `v1`. */
  readonly groupVersion: string;
  readonly version: string;
}

/** One API group; the core group's name is empty. */
export interface ApiGroup {
  readonly name: string;
  /** In the server's order of preference. */
  readonly versions: readonly ApiVersion[];
  readonly preferredVersion: string;
}

/** A group version that the server names but could not describe, usually that of an aggregated API that is down. */
export interface DiscoveryFailure {
  readonly groupVersion: string;
  readonly reason: string;
}

/** What a server offers, as one consistent value. Groups and resources stand in the server's order of preference. */
export interface DiscoverySnapshot {
  readonly groups: readonly ApiGroup[];
  readonly resources: readonly ApiResource[];
  readonly failures: readonly DiscoveryFailure[];
}
