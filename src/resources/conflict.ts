import { ApiError, isApiError } from "../errors.ts";

/**
 * Retells the 409 of a server-side apply: which fields, who owns them, and the three ways out. Other errors are
 * returned as they are.
 * @param manager in whose name it was applied
 */
export function explainApplyConflict(error: unknown, label: string, manager: string): unknown {
  if (!isApiError(error) || error.httpStatus !== 409) return error;
  const conflicts = (error.status.details?.causes ?? []).filter(({ reason }) => reason === "FieldManagerConflict");
  if (conflicts.length === 0) return error;
  const lines = conflicts.map(({ field = "", message = "" }) => `  ${field}: ${owner(message)}`);
  const fields =
    conflicts.length === 1 ? "a field that another manager owns" : `${conflicts.length} fields that others own`;
  const isKubectls = conflicts.some(({ message = "" }) => message.startsWith(`conflict with "${CLIENT_SIDE}"`));
  return new ApiError(error.code, `Cannot apply ${label}: it sets ${fields}\n${lines.join("\n")}`, error, {
    cause: error,
    hint: `${WAYS_OUT}${isKubectls ? ` ${wayFromKubectl(manager)}` : ""}`,
  });
}

const WAYS_OUT =
  "Take the fields over with force: true, leave them out of what you apply, or give them the value they have.";

/** The manager of `kubectl apply` without `--server-side`. */
const CLIENT_SIDE = "kubectl-client-side-apply";

/** Forced, kubectl would go on owning what is alike: fields that the manifest drops later would stay. */
function wayFromKubectl(manager: string): string {
  return `To come from kubectl apply for good, hand over once: kubectl apply --server-side --force-conflicts --field-manager=${manager} -f …`;
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
