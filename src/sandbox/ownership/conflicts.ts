import type { StatusCause } from "../../errors.ts";
import { StatusError } from "../model/status-error.ts";
import { type FieldSet, pathsOf } from "./field-set.ts";
import type { Manager } from "./managers.ts";
import { type FieldPath, formatPath } from "./path-element.ts";

/** Fields that another manager owns and that an apply would change; keys are manager ids. */
export type Conflicts = ReadonlyMap<string, { readonly manager: Manager; readonly fields: FieldSet }>;

/** The 409 of a server-side apply, with one cause per field. */
export function applyConflict(conflicts: Conflicts): StatusError {
  const found = [...conflicts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { manager, fields }]) => ({ name: nameOf(manager), paths: pathsOf(fields) }));
  const all = found.flatMap(({ name, paths }) => paths.map((path) => ({ name, path })));
  return new StatusError(409, "Conflict", messageOf(found, all), {
    causes: all.map(
      ({ name, path }): StatusCause => ({
        reason: "FieldManagerConflict",
        message: `conflict with ${name}`,
        field: formatPath(path),
      }),
    ),
  });
}

function messageOf(
  found: readonly { name: string; paths: readonly FieldPath[] }[],
  all: readonly { name: string; path: FieldPath }[],
): string {
  const [only, ...more] = all;
  if (only !== undefined && more.length === 0) {
    return `Apply failed with 1 conflict: conflict with ${only.name}: ${formatPath(only.path)}`;
  }
  const lines = found.flatMap(({ name, paths }) => [
    `conflicts with ${name}:`,
    ...paths.map((path) => `- ${formatPath(path)}`),
  ]);
  return `Apply failed with ${all.length} conflicts: ${lines.join("\n")}`;
}

function nameOf({ manager, subresource, operation, apiVersion }: Manager): string {
  const through = subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`;
  const using = operation === "Update" ? ` using ${apiVersion}` : "";
  return `${JSON.stringify(manager)}${through}${using}`;
}
