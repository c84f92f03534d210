import type { FieldError } from "../model/field-error.ts";
import type { ServerRequest } from "../model/server-request.ts";
import type { FieldValidation } from "../schema/decode.ts";
import { invalidOptions, unsupportedValue } from "./options-errors.ts";

const LONGEST_MANAGER = 128;
const DRY_RUN_ALL = "All";
const FIELD_VALIDATION: readonly FieldValidation[] = ["Ignore", "Strict", "Warn"];

/** Whether nothing is to be stored. `options` is the kind whose field it is: `CreateOptions` … Throws the 422. */
export function isDryRun(query: URLSearchParams, options: string): boolean {
  const values = query.getAll("dryRun").filter((value) => value !== "");
  if (values.length === 0) return false;
  if (values.every((value) => value === DRY_RUN_ALL)) return true;
  throw invalidOptions(options, [unsupportedValue("dryRun", values, [DRY_RUN_ALL])]);
}

/** The field manager: named by the query, else the client's name out of `User-Agent`. Throws the 422. */
export function managerOf(request: ServerRequest, query: URLSearchParams, options: string): string {
  const named = query.get("fieldManager") ?? "";
  if (named === "") return managerFromAgent(request.headers.get("user-agent") ?? "");
  const errors: FieldError[] = [];
  if (named.length > LONGEST_MANAGER) {
    errors.push({
      type: "FieldValueTooLong",
      field: "fieldManager",
      badValue: named,
      detail: `may not be more than ${LONGEST_MANAGER} bytes`,
    });
  }
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(named)) {
    errors.push({
      type: "FieldValueInvalid",
      field: "fieldManager",
      badValue: named,
      detail: "should only contain printable characters",
    });
  }
  if (errors.length > 0) throw invalidOptions(options, errors);
  return named;
}

/** `kubectl/v1.36 (linux)` is `kubectl`; a client that does not say who it is, is unknown. */
function managerFromAgent(agent: string): string {
  const name = (agent.split("/", 1)[0] ?? "").replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, "");
  return name === "" ? "unknown" : name.slice(0, LONGEST_MANAGER);
}

/** What becomes of unknown fields. Throws the 422. */
export function fieldValidation(query: URLSearchParams, options: string): FieldValidation {
  const asked = query.get("fieldValidation") ?? "";
  if (asked === "") return "Warn";
  const known = FIELD_VALIDATION.find((one) => one === asked);
  if (known !== undefined) return known;
  throw invalidOptions(options, [unsupportedValue("fieldValidation", asked, ["", ...FIELD_VALIDATION])]);
}
