/** What can go wrong with a request. Plain data, so that a fault can be named in a table of cases. */
export type Fault =
  /** The answer begins so much later, by the sandbox's clock. Other faults of the same request come after it. */
  | { readonly type: "latency"; readonly ms: number }
  /** 429 with `Retry-After`, in plain text, as the server sheds load. Default 1 s. */
  | { readonly type: "tooManyRequests"; readonly retryAfterSeconds?: number }
  /** A Status with this code, from 500 up. Default 500, without `Retry-After`. */
  | { readonly type: "serverError"; readonly status?: number; readonly retryAfterSeconds?: number }
  /** The connection is closed without an answer. */
  | { readonly type: "drop" }
  /** The answer begins and breaks off: after so many bytes or whole lines of its body. Default 0 bytes. */
  | ({ readonly type: "cut" } & Break)
  /** The answer begins and then nothing comes any more, while the connection stays. Default after 0 bytes. */
  | ({ readonly type: "halfOpen" } & Break);

/** Where in a body something happens. */
export interface Break {
  readonly afterBytes?: number;
  /** Counted by line feeds: the events of a watch, the lines of a log. */
  readonly afterLines?: number;
}

/** Which requests; what is left out matches any. */
export interface RequestMatch {
  /** `GET`, `POST` … in any case. */
  readonly method?: string;
  /** The path without its query, as a whole, or a pattern for it. */
  readonly path?: string | RegExp;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb?: string;
  /** `pods`, `deployments.apps`; a sub-resource is one of its own: `pods/log`. */
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** Which requests a fault meets, and for how long. */
export interface FaultOptions extends RequestMatch {
  /** How many requests it meets. Default any number. */
  readonly times?: number;
  /** How long it lasts, by the sandbox's clock. Default until it is removed. */
  readonly forMs?: number;
}

/** A fault at work. */
export interface InjectedFault {
  /** Requests that it has met. */
  readonly hits: number;
  /** Ends it; what it has done to answers under way stays. */
  remove(): void;
}
