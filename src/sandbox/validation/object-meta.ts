/** https://github.com/kubernetes/apimachinery/blob/master/pkg/api/validation/objectmeta.go */
import type { ObjectMeta, OwnerReference } from "../../core/object.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import { semanticEqual } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { dnsLabel, dnsSubdomain, labelValue, type NameCheck, pathSegment, qualifiedName } from "./names.ts";

const ANNOTATIONS_BYTES = 256 * 1024;
/** Finalizers without a domain that the server itself knows. */
const PLAIN_FINALIZERS = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** Kinds whose names are not subdomains. */
const NAME_CHECKS: Readonly<Record<string, NameCheck>> = {
  "/Namespace": dnsLabel,
  // since 1.36 (RelaxedServiceNameValidation); a DNS-1035 label before
  "/Service": dnsLabel,
  "rbac.authorization.k8s.io/Role": pathSegment,
  "rbac.authorization.k8s.io/RoleBinding": pathSegment,
  "rbac.authorization.k8s.io/ClusterRole": pathSegment,
  "rbac.authorization.k8s.io/ClusterRoleBinding": pathSegment,
  "certificates.k8s.io/CertificateSigningRequest": dnsSubdomain,
};

/** The check that a kind's names must pass. */
export function nameCheckOf(definition: Pick<ResourceDefinition, "group" | "kind">): NameCheck {
  return NAME_CHECKS[`${definition.group}/${definition.kind}`] ?? dnsSubdomain;
}

/** Metadata of an object about to be created. */
export function validateObjectMeta(
  errors: FieldErrors,
  metadata: ObjectMeta,
  definition: Pick<ResourceDefinition, "group" | "kind" | "namespaced">,
): void {
  const check = nameCheckOf(definition);
  const { name = "", generateName = "", namespace = "" } = metadata;
  if (generateName !== "") errors.invalidEach("metadata.generateName", generateName, check(generateName, true));
  if (name === "") errors.required("metadata.name", "name or generateName is required");
  else errors.invalidEach("metadata.name", name, check(name));
  if (definition.namespaced) {
    if (namespace === "") errors.required("metadata.namespace");
    else errors.invalidEach("metadata.namespace", namespace, dnsLabel(namespace));
  } else if (namespace !== "") errors.forbidden("metadata.namespace", "not allowed on this type");
  validateFinalizers(errors, metadata.finalizers ?? []);
  validateCommon(errors, metadata);
}

/** Metadata after an update, against what it was. */
export function validateObjectMetaUpdate(errors: FieldErrors, metadata: ObjectMeta, old: ObjectMeta): void {
  if (old.deletionTimestamp !== undefined) {
    const before = new Set(old.finalizers ?? []);
    const added = [...new Set(metadata.finalizers ?? [])].filter((one) => !before.has(one)).sort();
    if (added.length > 0) {
      const list = `[]string{${added.map((one) => JSON.stringify(one)).join(", ")}}`;
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
      errors.forbidden("metadata.finalizers", detail);
    }
  }
  if (!metadata.resourceVersion) errors.invalid("metadata.resourceVersion", "", "must be specified for an update");
  if ((metadata.generation ?? 0) < (old.generation ?? 0)) {
    errors.invalid("metadata.generation", metadata.generation ?? 0, "must not be decremented");
  }
  const fixed = [
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ] as const;
  for (const field of fixed) {
    if (!semanticEqual(metadata[field], old[field])) {
      errors.invalid(
        `metadata.${field}`,
        metadata[field] ?? (field === "name" || field === "namespace" || field === "uid" ? "" : null),
        "field is immutable",
      );
    }
  }
  for (const finalizer of metadata.finalizers ?? [])
    validateKnownFinalizer(errors, finalizer, metadata.finalizers ?? []);
  validateCommon(errors, metadata);
}

/** Keys and values of a map of labels. */
export function validateLabels(
  errors: FieldErrors,
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.invalidEach(path, key, qualifiedName(key));
    errors.invalidEach(path, value, labelValue(String(value)));
  }
}

export function validateAnnotations(
  errors: FieldErrors,
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.invalidEach(path, key, qualifiedName(key.toLowerCase()));
    bytes += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (bytes > ANNOTATIONS_BYTES) errors.tooLong(path, ANNOTATIONS_BYTES);
}

function validateCommon(errors: FieldErrors, metadata: ObjectMeta): void {
  if ((metadata.generation ?? 0) < 0) {
    errors.invalid("metadata.generation", metadata.generation, "must be greater than or equal to 0");
  }
  validateLabels(errors, metadata.labels, "metadata.labels");
  validateAnnotations(errors, metadata.annotations, "metadata.annotations");
  validateOwners(errors, metadata.ownerReferences ?? []);
}

function validateOwners(errors: FieldErrors, owners: readonly OwnerReference[]): void {
  const path = "metadata.ownerReferences";
  let controller: OwnerReference | undefined;
  for (const owner of owners) {
    const { apiVersion = "", kind = "", name = "", uid = "" } = owner;
    if (apiVersion === "" || apiVersion.endsWith("/")) {
      errors.invalid(`${path}.apiVersion`, apiVersion, "version must not be empty");
    }
    for (const [field, value] of Object.entries({ kind, name, uid })) {
      if (value === "") errors.invalid(`${path}.${field}`, value, "must not be empty");
    }
    if (apiVersion === "v1" && kind === "Event") {
      errors.invalid(path, owner, "/v1, Kind=Event is disallowed from being an owner");
    }
    if (owner.controller !== true) continue;
    if (controller !== undefined) {
      const names = `${controller.kind}/${controller.name} and ${kind}/${name}`;
      errors.invalid(
        path,
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${names}`,
      );
    } else controller = owner;
  }
}

function validateFinalizers(errors: FieldErrors, finalizers: readonly string[]): void {
  const path = "metadata.finalizers";
  for (const finalizer of finalizers) errors.invalidEach(path, finalizer, qualifiedName(finalizer));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set");
  }
  for (const finalizer of finalizers) validateKnownFinalizer(errors, finalizer, finalizers);
}

function validateKnownFinalizer(errors: FieldErrors, finalizer: string, all: readonly string[]): void {
  if (finalizer.includes("/") || PLAIN_FINALIZERS.has(finalizer)) return;
  const path = `metadata.finalizers[${all.indexOf(finalizer)}]`;
  errors.invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified");
}
