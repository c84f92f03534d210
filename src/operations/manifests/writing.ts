import type { UnknownObject } from "../../core/object.ts";
import type { ApplyOptions } from "../../resources/options.ts";
import { type AppliedObject, actionOf } from "./applied-object.ts";
import type { Target } from "./targets.ts";

/** How the objects of manifests are written, each by itself. */
export interface Writing {
  readonly verb: "apply" | "create" | "replace";
  readonly doing: string;
  readonly done: string;
  /** How to go on after an early end. */
  readonly again: string;
  /** Whether it makes what is not there: then objects may be in a namespace that comes with them. */
  readonly makes: boolean;
  /** The object as the server has it before; undefined where there is none, or none to care for. */
  before(target: Target, signal: AbortSignal | undefined): Promise<UnknownObject | undefined>;
  send(target: Target, options: ApplyOptions): Promise<UnknownObject>;
  action(before: UnknownObject | undefined, after: UnknownObject): AppliedObject["action"];
}

/** https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const APPLYING: Writing = {
  verb: "apply",
  doing: "applying",
  done: "applied",
  again: "Apply again to go on: what is as wanted already stays so.",
  makes: true,
  before: ({ client, name }, signal) => client.find(name, { signal }),
  send: ({ client, object }, options) => client.apply(object, options),
  action: actionOf,
};

/** POST: the server refuses what is there already. */
export const CREATING: Writing = {
  verb: "create",
  doing: "creating",
  done: "created",
  again: "k8s.apply() goes on: what is there already stays.",
  makes: true,
  before: async () => undefined,
  send: ({ client, object }, { force: _, ...options }) => client.create(object, options),
  action: () => "created",
};

/** PUT: what the manifest does not say is gone; what is not there is NOT_FOUND. */
export const REPLACING: Writing = {
  verb: "replace",
  doing: "replacing",
  done: "replaced",
  again: "Replace again to go on.",
  makes: false,
  before: ({ client, name }, signal) => client.get(name, { signal }),
  send: replaceNow,
  action: () => "replaced",
};

/** Over the version that the manifest names, else over the newest: not every kind may be replaced without one. */
async function replaceNow(
  { client, name, object }: Target,
  { force: _, ...options }: ApplyOptions,
): Promise<UnknownObject> {
  if (object.metadata?.resourceVersion !== undefined) return client.replace(object, options);
  return client.edit(name, (live) => overVersionOf(live, object), options);
}

function overVersionOf({ metadata: { resourceVersion } = {} }: UnknownObject, object: UnknownObject): UnknownObject {
  if (resourceVersion === undefined) return object;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}
