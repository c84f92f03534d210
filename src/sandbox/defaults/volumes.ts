/** Defaults of volumes: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go */
import type { JsonObject } from "../model/object.ts";
import { fallback, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { imagePullPolicy } from "./images.ts";

/** 0644 */
const FILE_MODE = 420;

/** Values that a volume source has besides those with rules of their own. */
const SOURCE_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  secret: { defaultMode: FILE_MODE },
  configMap: { defaultMode: FILE_MODE },
  downwardAPI: { defaultMode: FILE_MODE },
  projected: { defaultMode: FILE_MODE },
  iscsi: { iscsiInterface: "default" },
  rbd: { pool: "rbd", user: "admin", keyring: "/etc/ceph/keyring" },
  azureDisk: { cachingMode: "ReadWrite", fsType: "ext4", readOnly: false, kind: "Shared" },
  scaleIO: { storageMode: "ThinProvisioned", fsType: "xfs" },
};

/** One entry of a pod's `spec.volumes`; one without a source becomes an emptyDir. */
export function defaultVolume(volume: JsonObject): void {
  if (Object.keys(volume).every((field) => field === "name")) volume.emptyDir = {};
  defaultVolumeSource(volume);
  for (const item of objectsAt(objectAt(volume, "downwardAPI"), "items")) defaultFieldRef(item);
  for (const source of objectsAt(objectAt(volume, "projected"), "sources")) {
    for (const item of objectsAt(objectAt(source, "downwardAPI"), "items")) defaultFieldRef(item);
    const token = objectAt(source, "serviceAccountToken");
    if (token !== undefined) fallback(token, "expirationSeconds", 3600);
  }
  const image = objectAt(volume, "image");
  if (image !== undefined) fallback(image, "pullPolicy", imagePullPolicy(stringAt(image, "reference")));
  const claim = objectAt(objectAt(objectAt(volume, "ephemeral"), "volumeClaimTemplate"), "spec");
  if (claim !== undefined) fallback(claim, "volumeMode", "Filesystem");
}

/** The sources that volumes of pods and PersistentVolumes share. */
export function defaultVolumeSource(volume: JsonObject): void {
  for (const [source, values] of Object.entries(SOURCE_DEFAULTS)) {
    const present = objectAt(volume, source);
    if (present === undefined) continue;
    for (const [field, value] of Object.entries(values)) fallback(present, field, value);
  }
  const hostPath = objectAt(volume, "hostPath");
  if (hostPath !== undefined && hostPath.type === undefined) hostPath.type = "";
}

function defaultFieldRef(item: JsonObject): void {
  const fieldRef = objectAt(item, "fieldRef");
  if (fieldRef !== undefined) fallback(fieldRef, "apiVersion", "v1");
}
