import { isDeepStrictEqual } from "node:util";
import type { UnknownObject } from "../../core/object.ts";

/** What became of one object. */
export interface AppliedObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Of a dry run, what would become of it; `untried` where its definition would have to be there for that. */
  readonly action: "created" | "configured" | "unchanged" | "replaced" | "pruned" | "untried";
  /** As the server has it now; as it was, when pruned. Not enumerable, so that the report prints as a table. */
  readonly object: UnknownObject;
}

export function appliedObject(object: UnknownObject, action: AppliedObject["action"]): AppliedObject {
  const { kind = "", metadata } = object;
  const entry = { kind, namespace: metadata?.namespace, name: metadata?.name ?? "", action };
  return Object.defineProperty(entry, "object", { value: object }) as AppliedObject;
}

/** By what its author decides: others may have written meanwhile, and a dry run has no version of its own. */
export function actionOf(before: UnknownObject | undefined, after: UnknownObject): AppliedObject["action"] {
  if (before === undefined) return "created";
  return isDeepStrictEqual(authored(before), authored(after)) ? "unchanged" : "configured";
}

function authored({ status: _, ...object }: UnknownObject): UnknownObject {
  const { managedFields: __, resourceVersion: ___, generation: ____, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}
