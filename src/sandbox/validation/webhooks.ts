/** Admission webhooks: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/admissionregistration/validation/validation.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { dnsSubdomain } from "./names.ts";

const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const SIDE_EFFECTS = ["None", "NoneOnDryRun"];
const REVIEW_VERSIONS = ["v1", "v1beta1"];

export function validateWebhooks(errors: FieldErrors, object: ApiObject): void {
  const names = new Set<string>();
  for (const [index, webhook] of objectsAt(object, "webhooks").entries()) {
    const at = `webhooks[${index}]`;
    const name = stringAt(webhook, "name");
    validateName(errors, name, `${at}.name`);
    validateRules(errors, webhook, at);
    const effects = stringAt(webhook, "sideEffects");
    if (effects === "") errors.required(`${at}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(", ")}`);
    else if (!SIDE_EFFECTS.includes(effects)) errors.notSupported(`${at}.sideEffects`, effects, SIDE_EFFECTS);
    const timeout = numberAt(webhook, "timeoutSeconds");
    if (timeout !== undefined && (timeout < 1 || timeout > 30)) {
      errors.invalid(`${at}.timeoutSeconds`, timeout, "the timeout value must be between 1 and 30 seconds");
    }
    validateLabelSelector(errors, objectAt(webhook, "namespaceSelector"), `${at}.namespaceSelector`);
    validateLabelSelector(errors, objectAt(webhook, "objectSelector"), `${at}.objectSelector`);
    validateClient(errors, objectAt(webhook, "clientConfig") ?? {}, `${at}.clientConfig`);
    const versions = stringsAt(webhook, "admissionReviewVersions");
    if (versions.length === 0) {
      errors.required(`${at}.admissionReviewVersions`, `must specify one of ${REVIEW_VERSIONS.join(", ")}`);
    } else if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
      const detail = `must include at least one of ${REVIEW_VERSIONS.join(", ")}`;
      errors.invalid(`${at}.admissionReviewVersions`, versions, detail);
    }
    if (names.has(name)) errors.duplicate(`${at}.name`, name);
    names.add(name);
  }
}

function validateName(errors: FieldErrors, name: string, path: string): void {
  if (name === "") errors.required(path);
  else {
    const messages = dnsSubdomain(name);
    errors.invalidEach(path, name, messages);
    if (messages.length === 0 && name.split(".").length < 3) {
      errors.invalid(path, name, "should be a domain with at least three segments separated by dots");
    }
  }
}

function validateRules(errors: FieldErrors, webhook: JsonObject, path: string): void {
  for (const [index, rule] of objectsAt(webhook, "rules").entries()) {
    const at = `${path}.rules[${index}]`;
    for (const field of ["operations", "apiGroups", "apiVersions", "resources"]) {
      const values = stringsAt(rule, field);
      if (values.length === 0) errors.required(`${at}.${field}`);
      if (values.length > 1 && values.includes("*") && field !== "resources") {
        errors.invalid(`${at}.${field}`, values, `if '*' is present, must not specify other ${listName(field)}`);
      }
    }
    for (const [position, operation] of stringsAt(rule, "operations").entries()) {
      if (!OPERATIONS.includes(operation)) errors.notSupported(`${at}.operations[${position}]`, operation, OPERATIONS);
    }
  }
}

function listName(field: string): string {
  return { apiGroups: "API groups", apiVersions: "API versions" }[field] ?? field;
}

function validateClient(errors: FieldErrors, config: JsonObject, path: string): void {
  const url = stringAt(config, "url");
  const service = objectAt(config, "service");
  if ((url === "") === (service === undefined)) {
    errors.required(path, "exactly one of url or service is required");
    return;
  }
  if (url !== "") {
    const scheme = /^([a-z]+):/.exec(url)?.[1] ?? "";
    if (scheme !== "https") {
      const detail = `'https' is the only allowed URL scheme; desired format: https://host[/path]`;
      errors.invalid(`${path}.url`, scheme, detail);
    }
    return;
  }
  for (const field of ["name", "namespace"]) {
    if (stringAt(service, field) === "") errors.required(`${path}.service.${field}`, `service ${field} is required`);
  }
}
