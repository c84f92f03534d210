import type { FieldError } from "../model/field-error.ts";
import { type ApiObject, isJsonObject } from "../model/object.ts";
import type { CrdScale } from "./crd-spec.ts";
import { invalidValue } from "./field-errors.ts";

const MAX_INT32 = 2 ** 31 - 1;

/**
 * Checks the fields that `/scale` reads.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/registry/customresource/validator.go
 */
export function validateScale(object: ApiObject, scale: CrdScale, part: "spec" | "status"): FieldError[] {
  const path = part === "spec" ? scale.specReplicasPath : scale.statusReplicasPath;
  const replicas = valueAt(object, path);
  if (replicas === undefined || replicas === null) return [];
  if (typeof replicas !== "number" || !Number.isInteger(replicas)) {
    const type = typeof replicas === "number" ? "float64" : typeof replicas;
    return [
      invalidValue(path, 0, `${path} accessor error: ${String(replicas)} is of the type ${type}, expected int64`),
    ];
  }
  if (replicas < 0) return [invalidValue(path, replicas, "should be a non-negative integer")];
  if (replicas > MAX_INT32) return [invalidValue(path, replicas, `should be less than or equal to ${MAX_INT32}`)];
  return [];
}

function valueAt(object: ApiObject, path: string): unknown {
  const keys = path.split(".").filter((key) => key !== "");
  return keys.reduce<unknown>((value, key) => (isJsonObject(value) ? value[key] : undefined), object);
}
