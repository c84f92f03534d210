import { badRequest, invalid, StatusError } from "../model/status-error.ts";
import { goJsonKind } from "./go-format.ts";

/** 422: the patch is well-formed but does not apply; the server keeps the reason to itself. */
export function patchDoesNotApply(): StatusError {
  return new StatusError(422, "Invalid", "the server rejected our request due to an error in our request", {});
}

/** 500 without a reason: an error that the server passes on as it is. */
export function patchFailed(message: string): StatusError {
  return new StatusError(500, "", message);
}

/** 400: the patch document has the wrong JSON type for the Go type that it is read into. */
export function cannotDecodePatch(value: unknown, goTarget: string): StatusError {
  return badRequest(`error decoding patch: json: cannot unmarshal ${goJsonKind(value)} into ${goTarget}`);
}

/** 422: the patched document is no longer an object. */
export function patchedIsNoObject(patched: unknown): StatusError {
  const target =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  return invalid({ group: "", kind: "" }, "", [
    {
      type: "FieldValueInvalid",
      field: "patch",
      badValue: JSON.stringify(patched),
      detail:
        "couldn't get version/kind; json parse error: " +
        `json: cannot unmarshal ${goJsonKind(patched)} into Go value of type ${target}`,
    },
  ]);
}
