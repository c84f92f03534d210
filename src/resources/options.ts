import type { DeleteRequestOptions, PatchType, SelectorOptions, WriteRequestOptions } from "../core/requests.ts";

/** What every call takes. */
export interface CallScope {
  /** Instead of the handle's namespace; `"*"` means all of them, where the verb can. */
  readonly namespace?: string | undefined;
  /** Ends the call at any moment; it then rejects with AbortError. */
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends CallScope {
  /** `"0"` takes any state that the server's cache holds. Default: the newest. */
  readonly resourceVersion?: string | undefined;
}

export interface ListOptions extends CallScope, SelectorOptions {
  /** Ends the list after so many objects; `metadata.continue` then says where. Default: all. */
  readonly limit?: number | undefined;
  /** Where an earlier list with `limit` ended. */
  readonly continue?: string | undefined;
  /** Objects asked for at once. Default 500. */
  readonly pageSize?: number | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}

export interface WriteOptions extends CallScope, WriteRequestOptions {
  /** Name under which fields are owned. Default `kubescript`. */
  readonly fieldManager?: string | undefined;
}

export interface PatchOptions extends WriteOptions {
  /** `merge` (RFC 7386), `json` (RFC 6902) or `strategic` (built-in kinds only). Default `merge`. */
  readonly type?: PatchType | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields that other managers own. Default false: a conflict is an error that names them. */
  readonly force?: boolean | undefined;
}

export interface EditOptions extends WriteOptions {
  /** How often a conflict is answered by reading again. Default 5. */
  readonly tries?: number | undefined;
}

export interface DeleteOptions extends CallScope, DeleteRequestOptions {
  /** What becomes of the objects that it owns: they go after it, before it, or stay. Default Background, as for kubectl. */
  readonly propagationPolicy?: DeleteRequestOptions["propagationPolicy"];
  /** Also waits until the object is gone. Default false. */
  readonly wait?: boolean | undefined;
  /** How long to wait for it. Default, and for 0: no limit but the signal. */
  readonly timeoutMs?: number | undefined;
}

export interface DeleteAllOptions extends DeleteOptions, SelectorOptions {}

export interface WatchOptions extends CallScope, SelectorOptions {
  /** `stream` asks the server to stream the present state and falls back by itself; `list` pages it. Default `stream`. */
  readonly initial?: "stream" | "list" | undefined;
  /** Seconds after which the server shall close a watch, which is then resumed. Default: by chance from 300 to 600. */
  readonly serverTimeoutSeconds?: number | undefined;
  /** A connection that was silent for so long is taken for dead and replaced. Default 90 000. */
  readonly idleTimeoutMs?: number | undefined;
  /** A server that is asked for a stream and does not begin it within this time is asked for a list. Default 10 000. */
  readonly streamStartTimeoutMs?: number | undefined;
  /** Objects in a page of the list. Default 500. */
  readonly pageSize?: number | undefined;
}
