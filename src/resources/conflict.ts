import { ApiError, isApiError } from "../errors.ts";

/**
 * Retells the 409 of a server-side apply: which fields, who owns them, and the three ways out. Other errors are
 * returned as they are.
 */
export function explainApplyConflict(error: unknown, label: string): unknown {
  if (!isApiError(error) || error.httpStatus !== 409) return error;
  const conflicts = (error.status.details?.causes ?? []).filter(({ reason }) => reason === "FieldManagerConflict");
  if (conflicts.length === 0) return error;
  const lines = conflicts.map(({ field = "", message = "" }) => `  ${field}: ${owner(message)}`);
  const fields =
    conflicts.length === 1 ? "a field that another manager owns" : `${conflicts.length} fields that others own`;
  return new ApiError(error.code, `Cannot apply ${label}: it sets ${fields}\n${lines.join("\n")}`, error, {
    cause: error,
    hint: "Take the fields over with force: true, leave them out of what you apply, or give them the value they have.",
  });
}

/** `conflict with "kubectl" using apps/v1` → `owned by "kubectl" (apps/v1)`. */
function owner(message: string): string {
  const match = /^conflict with "((?:[^"\\]|\\.)*)"(?: with subresource "([^"]*)")?(?: using (\S+))?/.exec(message);
  if (match === null) return message;
  const [, manager, subresource, version] = match;
  const details = [version, subresource === undefined ? undefined : `through ${subresource}`].filter(
    (one) => one !== undefined,
  );
  return `owned by "${manager}"${details.length === 0 ? "" : ` (${details.join(", ")})`}`;
}
