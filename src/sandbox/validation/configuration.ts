/** ConfigMaps, Secrets, Namespaces, ServiceAccounts. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, semanticEqual, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { configMapKey, dnsSubdomain, qualifiedName } from "./names.ts";
import { validateImmutable } from "./values.ts";

const MAX_BYTES = 1024 * 1024;

/** Keys that a typed Secret must have; of a list in a list, one is enough. */
const SECRET_KEYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "kubernetes.io/dockercfg": [[".dockercfg"]],
  "kubernetes.io/dockerconfigjson": [[".dockerconfigjson"]],
  "kubernetes.io/basic-auth": [["username", "password"]],
  "kubernetes.io/ssh-auth": [["ssh-privatekey"]],
  "kubernetes.io/tls": [["tls.crt"], ["tls.key"]],
};
const DOCKER_KEYS = new Set([".dockercfg", ".dockerconfigjson"]);

export function validateConfigMap(errors: FieldErrors, object: ApiObject): void {
  const data = objectAt(object, "data") ?? {};
  const binary = objectAt(object, "binaryData") ?? {};
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.invalidEach(`data[${key}]`, key, configMapKey(key));
    if (Object.hasOwn(binary, key)) errors.invalid(`data[${key}]`, key, "duplicate of key present in binaryData");
    bytes += Buffer.byteLength(String(value));
  }
  for (const [key, value] of Object.entries(binary)) {
    errors.invalidEach(`binaryData[${key}]`, key, configMapKey(key));
    bytes += Buffer.byteLength(String(value), "base64");
  }
  if (bytes > MAX_BYTES) errors.tooLong("", MAX_BYTES);
}

export function validateSecret(errors: FieldErrors, object: ApiObject): void {
  const data = objectAt(object, "data") ?? {};
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.invalidEach(`data[${key}]`, key, configMapKey(key));
    bytes += Buffer.byteLength(String(value ?? ""), "base64");
  }
  if (bytes > MAX_BYTES) errors.tooLong("data", MAX_BYTES);
  const type = stringAt(object, "type");
  if (type === "kubernetes.io/service-account-token") {
    const name = object.metadata.annotations?.["kubernetes.io/service-account.name"] ?? "";
    if (name === "") errors.required("metadata.annotations[kubernetes.io/service-account.name]");
  }
  for (const choice of SECRET_KEYS[type] ?? []) {
    const missing = choice.every((key) => !Object.hasOwn(data, key));
    if (missing) for (const key of choice) errors.required(`data[${key}]`);
    for (const key of choice) if (DOCKER_KEYS.has(key) && !missing) validateDockerConfig(errors, data, key);
  }
}

function validateDockerConfig(errors: FieldErrors, data: JsonObject, key: string): void {
  const text = Buffer.from(String(data[key]), "base64").toString("utf8");
  try {
    JSON.parse(text);
  } catch (error) {
    errors.invalid(
      `data[${key}]`,
      "<secret contents redacted>",
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** Of a ConfigMap or Secret: what `immutable` forbids, and that it cannot be taken back. */
export function validateDataUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  if (object.kind === "Secret") validateImmutable(errors, object.type, old.type, "type");
  if (old.immutable !== true) return;
  const frozen = "field is immutable when `immutable` is set";
  if (object.immutable !== true) errors.forbidden("immutable", frozen);
  if (!semanticEqual(object.data, old.data)) errors.forbidden("data", frozen);
  if (object.kind === "ConfigMap" && !semanticEqual(object.binaryData, old.binaryData)) {
    errors.forbidden("binaryData", frozen);
  }
}

export function validateNamespace(errors: FieldErrors, object: ApiObject): void {
  for (const finalizer of stringsAt(objectAt(object, "spec"), "finalizers")) {
    const messages = qualifiedName(finalizer);
    errors.invalidEach("spec.finalizers", finalizer, messages);
    if (messages.length === 0 && !finalizer.includes("/") && finalizer !== "kubernetes" && finalizer !== "orphan") {
      errors.invalid(
        "spec.finalizers",
        finalizer,
        "name is neither a standard finalizer name nor is it fully qualified",
      );
    }
  }
}

export function validateNamespaceStatus(errors: FieldErrors, object: ApiObject): void {
  const phase = stringAt(objectAt(object, "status"), "phase");
  const going = object.metadata.deletionTimestamp !== undefined;
  if (!going && phase !== "Active") {
    errors.invalid("status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty");
  }
  if (going && phase !== "Terminating") {
    errors.invalid("status.Phase", phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
  }
}

export function validateServiceAccount(errors: FieldErrors, object: ApiObject): void {
  for (const [index, secret] of objectsAt(object, "imagePullSecrets").entries()) {
    const name = stringAt(secret, "name");
    if (name !== "") errors.invalidEach(`imagePullSecrets[${index}].name`, name, dnsSubdomain(name));
  }
}
