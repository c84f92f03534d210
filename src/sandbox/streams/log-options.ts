import { integerParameter } from "../http/options-errors.ts";
import type { FieldError } from "../model/field-error.ts";
import { badRequest, invalid } from "../model/status-error.ts";
import type { PodLogOptions } from "../pods/logs.ts";

/** The query of `pods/log`. Throws the 400 of what cannot be read, the 422 of what makes no sense. */
export function logOptions(query: URLSearchParams): PodLogOptions & { readonly container: string } {
  const tailLines = integerParameter(query, "tailLines");
  const sinceSeconds = integerParameter(query, "sinceSeconds");
  const limitBytes = integerParameter(query, "limitBytes");
  const sinceTime = timeParameter(query, "sinceTime");
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalidValue("tailLines", tailLines, "must be greater than or equal to 0"));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    errors.push(invalidValue("limitBytes", limitBytes, "must be greater than 0"));
  }
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    const detail = "at most one of `sinceTime` or `sinceSeconds` may be specified";
    errors.push({ type: "FieldValueForbidden", field: "", detail });
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalidValue("sinceSeconds", sinceSeconds, "must be greater than 0"));
  }
  if (errors.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, "", errors);
  return {
    container: query.get("container") ?? "",
    follow: flag(query, "follow"),
    previous: flag(query, "previous"),
    timestamps: flag(query, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

/** A boolean of the query: present is true, unless it says otherwise. */
export function flag(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== "" && text !== "0" && text.toLowerCase() !== "false";
}

function timeParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const ms = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(ms)) {
    throw badRequest(`parsing time ${JSON.stringify(text)}: it is no RFC 3339 time`);
  }
  return ms;
}

function invalidValue(field: string, badValue: number, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, badValue, detail };
}
