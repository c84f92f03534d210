import type { ResourceDefinition } from "../model/definition.ts";
import type { FieldError } from "../model/field-error.ts";
import type { ApiObject } from "../model/object.ts";
import { badRequest } from "../model/status-error.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { forbiddenField, integerParameter, invalidOptions, unsupportedValue } from "./options-errors.ts";
import { isTrue, type RequestInfo } from "./request-info.ts";

/** A list's or watch's query, checked. */
export interface ListOptions {
  /** Whether an object is selected. Undefined: every one is. */
  readonly selects: ((object: ApiObject) => boolean) | undefined;
  /** 0: no limit. */
  readonly limit: number;
  readonly continue: string;
  /** The text as given: empty, `0`, or a revision. */
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

const EXACT = "Exact";
const NOT_OLDER_THAN = "NotOlderThan";

/** Reads and checks the query. Throws the 400s and 422s of the API server. */
export function listOptions(info: RequestInfo, definition: ResourceDefinition): ListOptions {
  const { query } = info;
  const initial = query.get("sendInitialEvents");
  const options: ListOptions = {
    selects: selection(query, definition),
    limit: integerParameter(query, "limit") ?? 0,
    continue: query.get("continue") ?? "",
    resourceVersion: query.get("resourceVersion") ?? "",
    resourceVersionMatch: query.get("resourceVersionMatch") ?? "",
    allowWatchBookmarks: isTrue(query.get("allowWatchBookmarks")),
    sendInitialEvents: initial === null || initial === "" ? undefined : isTrue(initial),
    timeoutSeconds: integerParameter(query, "timeoutSeconds"),
  };
  const errors = info.verb === "watch" ? watchErrors(options) : listErrors(options);
  if (errors.length > 0) throw invalidOptions("ListOptions", errors);
  checkResourceVersion(options.resourceVersion);
  if (options.continue !== "" && options.resourceVersion !== "" && options.resourceVersion !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  return options;
}

/** The label and field selectors of a query as one decision. */
export function selection(
  query: URLSearchParams,
  definition: ResourceDefinition,
): ((object: ApiObject) => boolean) | undefined {
  const labels = query.get("labelSelector") ?? "";
  const fields = query.get("fieldSelector") ?? "";
  const byLabels = labels === "" ? undefined : parseLabelSelector(labels);
  const byFields = fields === "" ? undefined : parseFieldSelector(fields, definition);
  if (byLabels === undefined && byFields === undefined) return undefined;
  return (object) =>
    (byLabels === undefined || byLabels(object.metadata.labels ?? {})) && (byFields === undefined || byFields(object));
}

/** https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/internalversion/validation/validation.go */
function listErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (match !== "") {
    if (options.resourceVersion === "") {
      errors.push(
        forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"),
      );
    }
    if (options.continue !== "") errors.push(matchWithContinue());
    if (match !== EXACT && match !== NOT_OLDER_THAN) {
      errors.push(unsupportedValue("resourceVersionMatch", match, [EXACT, NOT_OLDER_THAN, ""]));
    }
    if (match === EXACT && options.resourceVersion === "0") {
      errors.push(
        forbiddenField("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      );
    }
  }
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return errors;
}

function watchErrors(options: ListOptions): FieldError[] {
  const errors: FieldError[] = [];
  const match = options.resourceVersionMatch;
  if (options.sendInitialEvents !== undefined && match !== NOT_OLDER_THAN) {
    errors.push(
      forbiddenField(
        "resourceVersionMatch",
        `sendInitialEvents requires setting resourceVersionMatch to ${NOT_OLDER_THAN}`,
      ),
    );
  }
  if (match === "") return errors;
  if (options.sendInitialEvents === undefined) {
    errors.push(
      forbiddenField(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      ),
    );
  }
  if (match !== NOT_OLDER_THAN) errors.push(unsupportedValue("resourceVersionMatch", match, [NOT_OLDER_THAN]));
  if (options.continue !== "") errors.push(matchWithContinue());
  return errors;
}

function matchWithContinue(): FieldError {
  return forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
}

const MOST = 2n ** 64n - 1n;

function checkResourceVersion(text: string): void {
  if (text === "") return;
  const isNumber = /^[0-9]+$/.test(text);
  if (isNumber && BigInt(text) <= MOST) return;
  const quoted = JSON.stringify(text);
  const what = isNumber ? "value out of range" : "invalid syntax";
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${what}`,
  );
}
