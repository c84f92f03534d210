import type { Schema, SchemaSource } from "../model/schema.ts";

/** The content types that PATCH takes, by their short names. */
export type PatchType = "json" | "merge" | "strategic" | "apply";

export const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

/**
 * Applies a decoded patch to a copy of `current`. Failures are StatusErrors with the server's wording.
 * One function of this type per file: json-patch.ts, merge-patch.ts, strategic-merge-patch.ts.
 */
export type ApplyPatch = (
  current: Readonly<Record<string, unknown>>,
  patch: unknown,
  schema: { schema: Schema | undefined; schemas: SchemaSource },
) => Record<string, unknown>;
