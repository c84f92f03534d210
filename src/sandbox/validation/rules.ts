import type { ApiObject } from "../model/object.ts";
import type { FieldErrors } from "./field-errors.ts";

/** What one kind demands beyond metadata. */
export interface KindRules {
  /** Of an object at create and after every update. */
  readonly always?: (errors: FieldErrors, object: ApiObject) => void;
  /** At create only. */
  readonly create?: (errors: FieldErrors, object: ApiObject) => void;
  /** Of a change, after `always`. */
  readonly update?: (errors: FieldErrors, object: ApiObject, old: ApiObject) => void;
  /** Of a write to the status. */
  readonly status?: (errors: FieldErrors, object: ApiObject, old: ApiObject) => void;
}
