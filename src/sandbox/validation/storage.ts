/** Volumes, claims and storage classes. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, semanticEqual, stringAt, stringsAt } from "../schema/fields.ts";
import { formatQuantity, quantityNano, quantityOf } from "../schema/quantity.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { dnsSubdomain } from "./names.ts";
import { validateChoice, validateImmutable } from "./values.ts";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES = ["Block", "Filesystem"];
const RECLAIM_POLICIES = ["Delete", "Recycle", "Retain"];
/** Fields of a volume's spec that are not its source. */
const VOLUME_FIELDS = new Set([
  "capacity",
  "accessModes",
  "claimRef",
  "persistentVolumeReclaimPolicy",
  "storageClassName",
  "mountOptions",
  "volumeMode",
  "nodeAffinity",
  "volumeAttributesClassName",
]);

export function validateClaim(errors: FieldErrors, object: ApiObject): void {
  validateClaimSpec(errors, objectAt(object, "spec") ?? {}, "spec");
}

export function validateClaimUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const frozen = (one: ApiObject) => {
    const { resources: _resources, volumeAttributesClassName: _class, ...spec } = objectAt(one, "spec") ?? {};
    return spec;
  };
  const before = frozen(old);
  const after = frozen(object);
  // binding names the volume, once
  if (before.volumeName === undefined) delete after.volumeName;
  if (before.storageClassName === undefined) delete after.storageClassName;
  if (!semanticEqual(after, before)) {
    const detail =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    errors.forbidden("spec", detail);
  }
  const size = (one: ApiObject) => objectAt(objectAt(objectAt(one, "spec"), "resources"), "requests")?.storage;
  const bound = stringAt(objectAt(old, "status"), "phase") === "Bound";
  if (!bound && !semanticEqual(size(object), size(old))) {
    errors.forbidden(
      "spec",
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    );
  } else if (quantityNano(size(object)) < quantityNano(size(old))) {
    errors.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
  }
}

export function validateVolume(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  validateModes(errors, spec, "spec");
  const capacity = objectAt(spec, "capacity") ?? {};
  if (Object.keys(capacity).length === 0) errors.required("spec.capacity");
  if (capacity.storage === undefined || Object.keys(capacity).length > 1) {
    errors.notSupported("spec.capacity", capacity, ["storage"]);
  }
  validatePositive(errors, capacity.storage, "spec.capacity[storage]");
  validateChoice(errors, spec, "persistentVolumeReclaimPolicy", RECLAIM_POLICIES, "spec");
  const sources = Object.keys(spec).filter((field) => !VOLUME_FIELDS.has(field) && objectAt(spec, field) !== undefined);
  if (sources.length === 0) errors.required("spec", "must specify a volume type");
  for (const source of sources.slice(1)) errors.forbidden(`spec.${source}`, "may not specify more than 1 volume type");
  const path = stringAt(objectAt(spec, "hostPath"), "path");
  if (sources[0] === "hostPath" && path === "") errors.required("spec.hostPath.path");
  if (path === "/" && spec.persistentVolumeReclaimPolicy === "Recycle") {
    errors.forbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
  }
  if (sources[0] === "csi") {
    const csi = objectAt(spec, "csi");
    for (const field of ["driver", "volumeHandle"]) {
      if (stringAt(csi, field) === "") errors.required(`spec.csi.${field}`);
    }
  }
  if (sources[0] === "local" && objectAt(objectAt(spec, "nodeAffinity"), "required") === undefined) {
    errors.required("spec.nodeAffinity", "Local volume requires node affinity");
  }
  validateClassName(errors, spec, "spec");
}

export function validateVolumeUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const source = (one: ApiObject) =>
    Object.fromEntries(Object.entries(objectAt(one, "spec") ?? {}).filter(([field]) => !VOLUME_FIELDS.has(field)));
  if (!semanticEqual(source(object), source(old))) {
    errors.forbidden("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after creation");
  }
  validateImmutable(errors, objectAt(object, "spec")?.volumeMode, objectAt(old, "spec")?.volumeMode, "spec.volumeMode");
}

export function validateStorageClass(errors: FieldErrors, object: ApiObject): void {
  if (stringAt(object, "provisioner") === "") errors.required("provisioner");
  const parameters = objectAt(object, "parameters") ?? {};
  for (const key of Object.keys(parameters)) {
    if (key === "") errors.invalid("parameters", key, "field can not be empty.");
  }
  validateChoice(errors, object, "reclaimPolicy", ["Delete", "Retain"], "");
  validateChoice(errors, object, "volumeBindingMode", ["Immediate", "WaitForFirstConsumer"], "");
}

export function validateStorageClassUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  for (const field of ["parameters", "provisioner", "reclaimPolicy"]) {
    if (!semanticEqual(object[field], old[field])) errors.forbidden(field, `updates to ${field} are forbidden.`);
  }
  validateImmutable(errors, object.volumeBindingMode, old.volumeBindingMode, "volumeBindingMode");
}

/** The spec of a claim, or of a template that claims are made of. */
export function validateClaimSpec(errors: FieldErrors, spec: JsonObject, path: string): void {
  if (stringsAt(spec, "accessModes").length === 0) {
    errors.required(`${path}.accessModes`, "at least 1 access mode is required");
  }
  validateLabelSelector(errors, objectAt(spec, "selector"), `${path}.selector`);
  validateAccessModes(errors, spec, path);
  const storage = objectAt(objectAt(spec, "resources"), "requests")?.storage;
  if (storage === undefined) errors.required(`${path}.resources[storage]`);
  else validatePositive(errors, storage, `${path}.resources[storage]`);
  validateClassName(errors, spec, path);
  validateVolumeMode(errors, spec, path);
  const source = objectAt(spec, "dataSource");
  if (source === undefined) return;
  for (const field of ["name", "kind"]) {
    if (stringAt(source, field) === "") errors.required(`${path}.dataSource.${field}`);
  }
}

function validateModes(errors: FieldErrors, spec: JsonObject, path: string): void {
  if (stringsAt(spec, "accessModes").length === 0) errors.required(`${path}.accessModes`);
  validateAccessModes(errors, spec, path);
  validateVolumeMode(errors, spec, path);
}

function validateAccessModes(errors: FieldErrors, spec: JsonObject, path: string): void {
  const modes = stringsAt(spec, "accessModes");
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) errors.notSupported(`${path}.accessModes`, mode, ACCESS_MODES);
  }
  if (modes.includes("ReadWriteOncePod") && modes.length > 1) {
    errors.forbidden(`${path}.accessModes`, "may not use ReadWriteOncePod with other access modes");
  }
}

function validateVolumeMode(errors: FieldErrors, spec: JsonObject, path: string): void {
  const mode = stringAt(spec, "volumeMode");
  if (mode !== "" && !VOLUME_MODES.includes(mode)) errors.notSupported(`${path}.volumeMode`, mode, VOLUME_MODES);
}

function validateClassName(errors: FieldErrors, spec: JsonObject, path: string): void {
  const name = stringAt(spec, "storageClassName");
  if (name !== "") errors.invalidEach(`${path}.storageClassName`, name, dnsSubdomain(name));
}

function validatePositive(errors: FieldErrors, value: unknown, path: string): void {
  const quantity = quantityOf(value);
  if (quantity !== undefined && quantity.nano <= 0n)
    errors.invalid(path, formatQuantity(quantity), "must be greater than zero");
}
