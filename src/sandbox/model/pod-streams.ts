import type { ApiObject } from "./object.ts";
import type { UserInfo } from "./user.ts";

/** The connections that a pod's (or service's) sub-resources open, once the request has been authorized. */
export interface PodStreams {
  /** `exec`, `attach`, `portforward`, `log`, `proxy`: answers a plain HTTP request. An upgrade is the listener's matter. */
  handle(request: Request, target: PodStreamTarget): Response | Promise<Response>;
}

export interface PodStreamTarget {
  readonly resource: "pods" | "services" | "nodes";
  readonly subresource: string;
  readonly object: ApiObject;
  /** What follows `/proxy` in the path, with its leading slash; else empty. */
  readonly path: string;
  readonly user: UserInfo;
}
