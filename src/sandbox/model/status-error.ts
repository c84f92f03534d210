import type { Status, StatusCause } from "../../errors.ts";
import { groupResource, type ResourceDefinition } from "./definition.ts";
import type { FieldError } from "./field-error.ts";
import { fieldErrorCause, fieldErrorMessage } from "./field-error.ts";

/**
 * A failure that becomes an HTTP answer. The wording follows apimachinery's `api/errors`:
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go
 */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: Status & { code: number };
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, reason: string, message: string, details?: Status["details"], headers = {}) {
    super(message);
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...(reason === "" ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
    this.headers = headers;
  }
}

type Named = Pick<ResourceDefinition, "group" | "resource">;

function details(definition: Named, name: string, more: Status["details"] = {}): NonNullable<Status["details"]> {
  return {
    ...(name === "" ? {} : { name }),
    ...(definition.group === "" ? {} : { group: definition.group }),
    kind: definition.resource,
    ...more,
  };
}

export function notFound(definition: Named, name: string): StatusError {
  const message = `${groupResource(definition)} "${name}" not found`;
  return new StatusError(404, "NotFound", message, details(definition, name));
}

export function alreadyExists(definition: Named, name: string): StatusError {
  const message = `${groupResource(definition)} "${name}" already exists`;
  return new StatusError(409, "AlreadyExists", message, details(definition, name));
}

export function conflict(definition: Named, name: string, why: string, causes?: StatusCause[]): StatusError {
  const message = `Operation cannot be fulfilled on ${groupResource(definition)} "${name}": ${why}`;
  return new StatusError(409, "Conflict", message, details(definition, name, causes ? { causes } : {}));
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

export function forbidden(definition: Named, name: string, why: string, causes?: StatusCause[]): StatusError {
  const message =
    name === ""
      ? `${groupResource(definition)} is forbidden: ${why}`
      : `${groupResource(definition)} "${name}" is forbidden: ${why}`;
  return new StatusError(403, "Forbidden", message, details(definition, name, causes ? { causes } : {}));
}

/** 422 with one cause per field; `kind` is the object's kind, not the resource. */
export function invalid(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const messages = errors.map(fieldErrorMessage);
  const text = messages.length === 1 ? (messages[0] ?? "") : `[${[...new Set(messages)].join(", ")}]`;
  const label = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError(422, "Invalid", `${label} "${name}" is invalid: ${text}`, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    ...(kind.kind === "" ? {} : { kind: kind.kind }),
    causes: errors.map(fieldErrorCause),
  });
}
