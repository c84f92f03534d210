/** Probes and lifecycle hooks of containers. */
import type { JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { httpHeaderName, portNumber } from "./names.ts";
import { validateNotNegative, validatePort } from "./values.ts";

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
const SCHEMES = ["HTTP", "HTTPS"];
const COUNTS = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];

/** `onceOnly`: one success must be enough, as for liveness and startup. */
export function validateProbe(errors: FieldErrors, probe: JsonObject, path: string, onceOnly: boolean): void {
  validateHandler(errors, probe, path);
  validateNotNegative(errors, probe, COUNTS, path);
  const grace = numberAt(probe, "terminationGracePeriodSeconds");
  if (grace !== undefined && grace <= 0) {
    errors.invalid(`${path}.terminationGracePeriodSeconds`, grace, "must be greater than 0");
  }
  if (onceOnly && probe.successThreshold !== 1) {
    errors.invalid(`${path}.successThreshold`, numberAt(probe, "successThreshold") ?? 0, "must be 1");
  }
  if (!onceOnly && grace !== undefined) {
    errors.invalid(`${path}.terminationGracePeriodSeconds`, grace, "must not be set for readinessProbes");
  }
}

/** Exactly one way to ask or to tell a container. */
export function validateHandler(errors: FieldErrors, handler: JsonObject, path: string): void {
  const present = HANDLERS.filter((field) => objectAt(handler, field) !== undefined);
  if (present.length === 0) errors.required(path, "must specify a handler type");
  for (const [index, field] of present.entries()) {
    if (index > 0) errors.forbidden(`${path}.${field}`, "may not specify more than 1 handler type");
    else validateAction(errors, field, objectAt(handler, field) ?? {}, `${path}.${field}`);
  }
}

function validateAction(errors: FieldErrors, kind: string, action: JsonObject, path: string): void {
  if (kind === "exec" && stringsAt(action, "command").length === 0) errors.required(`${path}.command`);
  if (kind === "grpc") errors.invalidEach(`${path}.port`, action.port ?? 0, portNumber(numberAt(action, "port") ?? 0));
  if (kind === "tcpSocket") validatePort(errors, action.port, `${path}.port`);
  if (kind !== "httpGet") return;
  if (stringAt(action, "path") === "") errors.required(`${path}.path`);
  validatePort(errors, action.port, `${path}.port`);
  const scheme = stringAt(action, "scheme");
  if (!SCHEMES.includes(scheme)) errors.notSupported(`${path}.scheme`, scheme, SCHEMES);
  for (const header of objectsAt(action, "httpHeaders")) {
    errors.invalidEach(`${path}.httpHeaders`, stringAt(header, "name"), httpHeaderName(stringAt(header, "name")));
  }
}
