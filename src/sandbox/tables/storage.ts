/** Rows of volumes, claims and the storage group. */
import type { ApiObject } from "../model/object.ts";
import { objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import { column, type GroupPrinters, printer, wide } from "./columns.ts";
import { age, NONE, UNSET } from "./format.ts";
import type { TablePrinter } from "./table.ts";

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

export const VOLUME_PRINTER: TablePrinter = printer(
  [
    column("Name"),
    column("Capacity"),
    column("Access Modes"),
    column("Reclaim Policy"),
    column("Status"),
    column("Claim"),
    column("StorageClass"),
    column("VolumeAttributesClass"),
    column("Reason"),
    column("Age"),
    wide("VolumeMode"),
  ],
  (object, now) => {
    const spec = objectAt(object, "spec");
    const claim = objectAt(spec, "claimRef");
    return [
      object.metadata.name,
      stringAt(objectAt(spec, "capacity"), "storage"),
      accessModes(stringsAt(spec, "accessModes")),
      stringAt(spec, "persistentVolumeReclaimPolicy"),
      phase(object),
      claim === undefined ? "" : `${stringAt(claim, "namespace")}/${stringAt(claim, "name")}`,
      stringAt(spec, "storageClassName"),
      stringAt(spec, "volumeAttributesClassName") || UNSET,
      stringAt(objectAt(object, "status"), "reason"),
      age(object, now),
      stringAt(spec, "volumeMode") || UNSET,
    ];
  },
);

export const CLAIM_PRINTER: TablePrinter = printer(
  [
    column("Name"),
    column("Status"),
    column("Volume"),
    column("Capacity"),
    column("Access Modes"),
    column("StorageClass"),
    column("VolumeAttributesClass"),
    column("Age"),
    wide("VolumeMode"),
  ],
  (object, now) => {
    const spec = objectAt(object, "spec");
    const status = objectAt(object, "status");
    const bound = stringAt(spec, "volumeName") !== "";
    return [
      object.metadata.name,
      phase(object),
      stringAt(spec, "volumeName"),
      bound ? stringAt(objectAt(status, "capacity"), "storage") : "",
      bound ? accessModes(stringsAt(status, "accessModes")) : "",
      object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? stringAt(spec, "storageClassName"),
      stringAt(spec, "volumeAttributesClassName") || UNSET,
      age(object, now),
      stringAt(spec, "volumeMode") || UNSET,
    ];
  },
);

export const STORAGE_PRINTERS: GroupPrinters = {
  StorageClass: printer(
    [
      column("Name"),
      column("Provisioner"),
      column("ReclaimPolicy"),
      column("VolumeBindingMode"),
      column("AllowVolumeExpansion"),
      column("Age"),
    ],
    (object, now) => [
      isDefault(object) ? `${object.metadata.name} (default)` : object.metadata.name,
      stringAt(object, "provisioner"),
      stringAt(object, "reclaimPolicy") || "Delete",
      stringAt(object, "volumeBindingMode") || "Immediate",
      object.allowVolumeExpansion === true,
      age(object, now),
    ],
  ),
  VolumeAttributesClass: printer([column("Name"), column("DriverName"), column("Age")], (object, now) => [
    object.metadata.name,
    stringAt(object, "driverName"),
    age(object, now),
  ]),
  VolumeAttachment: printer(
    [column("Name"), column("Attacher"), column("PV"), column("Node"), column("Attached"), column("Age")],
    (object, now) => {
      const spec = objectAt(object, "spec");
      return [
        object.metadata.name,
        stringAt(spec, "attacher"),
        stringAt(objectAt(spec, "source"), "persistentVolumeName"),
        stringAt(spec, "nodeName"),
        objectAt(object, "status")?.attached === true,
        age(object, now),
      ];
    },
  ),
  CSINode: printer([column("Name"), column("Drivers", "integer"), column("Age")], (object, now) => [
    object.metadata.name,
    objectsAt(objectAt(object, "spec"), "drivers").length,
    age(object, now),
  ]),
  CSIDriver: printer(
    [
      column("Name"),
      column("AttachRequired", "boolean"),
      column("PodInfoOnMount", "boolean"),
      column("StorageCapacity", "boolean"),
      column("TokenRequests"),
      column("RequiresRepublish", "boolean"),
      column("Modes"),
      column("Age"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const audiences = objectsAt(spec, "tokenRequests").map((request) => stringAt(request, "audience"));
      return [
        object.metadata.name,
        spec?.attachRequired !== false,
        spec?.podInfoOnMount === true,
        spec?.storageCapacity === true,
        audiences.join(",") || UNSET,
        spec?.requiresRepublish === true,
        stringsAt(spec, "volumeLifecycleModes").join(",") || NONE,
        age(object, now),
      ];
    },
  ),
  CSIStorageCapacity: printer([column("Name"), column("StorageClassName"), column("Capacity")], (object) => [
    object.metadata.name,
    stringAt(object, "storageClassName"),
    stringAt(object, "capacity") || UNSET,
  ]),
};

function phase(object: ApiObject): string {
  return object.metadata.deletionTimestamp === undefined
    ? stringAt(objectAt(object, "status"), "phase")
    : "Terminating";
}

function accessModes(modes: readonly string[]): string {
  const present = new Set(modes);
  return Object.keys(MODES)
    .filter((mode) => present.has(mode))
    .map((mode) => MODES[mode])
    .join(",");
}

function isDefault(object: ApiObject): boolean {
  const { annotations = {} } = object.metadata;
  return (
    annotations["storageclass.kubernetes.io/is-default-class"] === "true" ||
    annotations["storageclass.beta.kubernetes.io/is-default-class"] === "true"
  );
}
