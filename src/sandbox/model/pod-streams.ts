import type { ApiObject } from "./object.ts";
import type { ServerRequest } from "./server-request.ts";
import type { UserInfo } from "./user.ts";

/** What a pod's (or service's, or node's) connecting sub-resources answer, once the request has been authorized. */
export interface PodStreams {
  /**
   * `exec`, `attach`, `portforward`, `log`, `proxy`: answers a plain HTTP request, whose body has not been read. An
   * upgrade is the listener's matter. Failures are thrown as StatusError.
   */
  handle(request: ServerRequest, target: PodStreamTarget): Response | Promise<Response>;
}

export interface PodStreamTarget {
  readonly resource: "pods" | "services" | "nodes";
  readonly subresource: string;
  readonly object: ApiObject;
  /** What a proxied name carries besides: of `https:web:8443`, `https`; else empty. */
  readonly scheme: string;
  /** Of `web:8443`, `8443`: a number or a name; empty when there is none. */
  readonly port: string;
  readonly user: UserInfo;
}
