import type { ObjectMeta } from "../core/object.ts";
import type { ObjectEvent } from "./reconciler.ts";

/** In SYNCED and DESYNCED events stands in for an object, as in the API's own bookmarks. */
export interface WatchMarker {
  readonly apiVersion: string;
  readonly kind: string;
  /** `resourceVersion` alone; a loop may ask for a name all the same, and finds none. */
  readonly metadata: Readonly<Pick<ObjectMeta, "resourceVersion" | "name" | "namespace">>;
}

/** What a watch yields. */
export type WatchEvent<T> =
  | ObjectEvent<T>
  /** From here on every change is seen: the events so far amount to the server's state. */
  | { readonly type: "SYNCED"; readonly object: WatchMarker }
  /** Changes may be missing until the next SYNCED; `reason` is the error that was met. */
  | { readonly type: "DESYNCED"; readonly object: WatchMarker; readonly reason: unknown };
