/** Groups by which the API is extended: admission webhooks and policies, CustomResourceDefinitions. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { ensureObject, fallback, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import type { GroupDefaults } from "./defaulter.ts";

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/admissionregistration/v1/defaults.go */
export const ADMISSION_REGISTRATION_DEFAULTS: GroupDefaults = {
  ValidatingWebhookConfiguration: (object) => {
    for (const webhook of objectsAt(object, "webhooks")) defaultWebhook(webhook);
  },
  MutatingWebhookConfiguration: (object) => {
    for (const webhook of objectsAt(object, "webhooks")) {
      defaultWebhook(webhook);
      fallback(webhook, "reinvocationPolicy", "Never");
    }
  },
  ValidatingAdmissionPolicy: defaultPolicy,
  MutatingAdmissionPolicy: defaultPolicy,
  ValidatingAdmissionPolicyBinding: defaultPolicyBinding,
  MutatingAdmissionPolicyBinding: defaultPolicyBinding,
};

function defaultWebhook(webhook: JsonObject): void {
  fallback(webhook, "failurePolicy", "Fail");
  fallback(webhook, "matchPolicy", "Equivalent");
  fallback(webhook, "namespaceSelector", {});
  fallback(webhook, "objectSelector", {});
  fallback(webhook, "timeoutSeconds", 10);
  for (const rule of objectsAt(webhook, "rules")) fallback(rule, "scope", "*");
  defaultServicePort(objectAt(webhook, "clientConfig"));
}

function defaultPolicy(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  fallback(spec, "failurePolicy", "Fail");
  defaultMatch(objectAt(spec, "matchConstraints"));
}

function defaultPolicyBinding(object: ApiObject): void {
  defaultMatch(objectAt(objectAt(object, "spec"), "matchResources"));
}

function defaultMatch(match: JsonObject | undefined): void {
  if (match === undefined) return;
  fallback(match, "matchPolicy", "Equivalent");
  fallback(match, "namespaceSelector", {});
  fallback(match, "objectSelector", {});
  for (const rule of [...objectsAt(match, "resourceRules"), ...objectsAt(match, "excludeResourceRules")]) {
    fallback(rule, "scope", "*");
  }
}

function defaultServicePort(clientConfig: JsonObject | undefined): void {
  const service = objectAt(clientConfig, "service");
  if (service !== undefined) fallback(service, "port", 443);
}

/** https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/defaults.go */
export const API_EXTENSIONS_DEFAULTS: GroupDefaults = {
  CustomResourceDefinition: (object) => {
    const spec = ensureObject(object, "spec");
    const names = ensureObject(spec, "names");
    fallback(names, "singular", stringAt(names, "kind").toLowerCase());
    if (stringAt(names, "kind") !== "") fallback(names, "listKind", `${stringAt(names, "kind")}List`);
    const conversion = ensureObject(spec, "conversion");
    fallback(conversion, "strategy", "None");
    defaultServicePort(objectAt(objectAt(conversion, "webhook"), "clientConfig"));
  },
};
