/** Volumes of a pod. */
import type { JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { validateFieldRef, validateLocalPath } from "./containers.ts";
import type { FieldErrors } from "./field-errors.ts";
import { dnsLabel } from "./names.ts";
import { validateQuantity } from "./values.ts";

const MODE = "must be a number between 0 and 0777 (octal), both inclusive";

/** Fields that a source cannot do without. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  hostPath: ["path"],
  secret: ["secretName"],
  configMap: ["name"],
  persistentVolumeClaim: ["claimName"],
  nfs: ["server", "path"],
  iscsi: ["targetPortal", "iqn"],
  glusterfs: ["endpoints", "path"],
  cephfs: ["monitors"],
  rbd: ["monitors", "image"],
  azureFile: ["secretName", "shareName"],
  azureDisk: ["diskName", "diskURI"],
  awsElasticBlockStore: ["volumeID"],
  gcePersistentDisk: ["pdName"],
  cinder: ["volumeID"],
  vsphereVolume: ["volumePath"],
  portworxVolume: ["volumeID"],
  csi: ["driver"],
  flexVolume: ["driver"],
  ephemeral: ["volumeClaimTemplate"],
  projected: ["sources"],
};

/** Checks the list and returns the names in it. */
export function validateVolumes(errors: FieldErrors, spec: JsonObject, path: string): Set<string> {
  const names = new Set<string>();
  for (const [index, volume] of objectsAt(spec, "volumes").entries()) {
    const at = `${path}.volumes[${index}]`;
    const name = stringAt(volume, "name");
    if (name === "") errors.required(`${at}.name`);
    else errors.invalidEach(`${at}.name`, name, dnsLabel(name));
    if (names.has(name)) errors.duplicate(`${at}.name`, name);
    validateSources(errors, volume, at);
    if (name !== "") names.add(name);
  }
  return names;
}

function validateSources(errors: FieldErrors, volume: JsonObject, path: string): void {
  const sources = Object.keys(volume).filter((field) => field !== "name" && objectAt(volume, field) !== undefined);
  if (sources.length === 0) errors.required(path, "must specify a volume type");
  for (const [index, kind] of sources.entries()) {
    if (index > 0) {
      errors.forbidden(`${path}.${kind}`, "may not specify more than 1 volume type");
      continue;
    }
    validateSource(errors, kind, objectAt(volume, kind) ?? {}, `${path}.${kind}`);
  }
}

function validateSource(errors: FieldErrors, kind: string, source: JsonObject, path: string): void {
  for (const field of REQUIRED[kind] ?? []) {
    const value = source[field];
    if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0))
      errors.required(`${path}.${field}`);
  }
  const mode = numberAt(source, "defaultMode");
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.invalid(`${path}.defaultMode`, mode, MODE);
  for (const [index, item] of objectsAt(source, "items").entries())
    validateItem(errors, kind, item, `${path}.items[${index}]`);
  if (kind === "emptyDir" && source.sizeLimit !== undefined)
    validateQuantity(errors, source.sizeLimit, `${path}.sizeLimit`);
  if (kind === "hostPath" && stringAt(source, "path").split("/").includes("..")) {
    errors.invalid(`${path}.path`, source.path, "must not contain '..'");
  }
  if (kind !== "projected") return;
  for (const [index, projection] of objectsAt(source, "sources").entries()) {
    const at = `${path}.sources[${index}]`;
    for (const inner of ["secret", "configMap", "downwardAPI"]) {
      for (const [position, item] of objectsAt(objectAt(projection, inner), "items").entries()) {
        validateItem(errors, inner, item, `${at}.${inner}.items[${position}]`);
      }
    }
    const token = objectAt(projection, "serviceAccountToken");
    if (token === undefined) continue;
    if (stringAt(token, "path") === "") errors.required(`${at}.serviceAccountToken.path`);
    const seconds = numberAt(token, "expirationSeconds") ?? 3600;
    const atSeconds = `${at}.serviceAccountToken.expirationSeconds`;
    if (seconds < 600) errors.invalid(atSeconds, seconds, "may not specify a duration less than 10 minutes");
    if (seconds > 2 ** 32) errors.invalid(atSeconds, seconds, "may not specify a duration larger than 2^32 seconds");
  }
}

function validateItem(errors: FieldErrors, kind: string, item: JsonObject, path: string): void {
  if (kind !== "downwardAPI" && stringAt(item, "key") === "") errors.required(`${path}.key`);
  const target = stringAt(item, "path");
  if (target === "") errors.required(`${path}.path`);
  else validateLocalPath(errors, target, `${path}.path`);
  const mode = numberAt(item, "mode");
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.invalid(`${path}.mode`, mode, MODE);
  const fieldRef = objectAt(item, "fieldRef");
  if (fieldRef !== undefined) validateFieldRef(errors, fieldRef, `${path}.fieldRef`);
}
