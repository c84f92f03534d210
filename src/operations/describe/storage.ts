/** PersistentVolumes, and the classes and drivers that they come from. */
import type { NodeSelector, PersistentVolume, TopologySelectorTerm } from "../../types/core-v1.ts";
import type { CSINode, StorageClass, VolumeAttributesClass } from "../../types/storage-v1.ts";
import {
  accessModesText,
  annotations,
  flagText,
  labels,
  listText,
  mapText,
  statusText,
  storageClassOf,
  timeText,
} from "./format.ts";
import { field, indented, type Layout, NONE, optional, row, section, stepped } from "./layout.ts";
import { quantityText } from "./quantities.ts";
import { volumeSource } from "./volume-sources.ts";

export function persistentVolume(object: PersistentVolume, now: number): Layout {
  const { metadata, spec = {}, status } = object;
  const { claimRef } = spec;
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    annotations(metadata),
    field("Finalizers", listText(metadata?.finalizers)),
    field("StorageClass", storageClassOf(metadata, spec.storageClassName)),
    field("Status", statusText(metadata, status?.phase, now)),
    field("Claim", claimRef === undefined ? "" : `${claimRef.namespace}/${claimRef.name}`),
    field("Reclaim Policy", spec.persistentVolumeReclaimPolicy ?? ""),
    field("Access Modes", accessModesText(spec.accessModes)),
    optional("VolumeMode", spec.volumeMode),
    field("Capacity", quantityText(spec.capacity?.storage)),
    nodeAffinity(spec.nodeAffinity?.required),
    field("Message", status?.message ?? ""),
    stepped(4, "Source", volumeSource(spec)),
  ];
}

function nodeAffinity(required: NodeSelector | undefined): Layout {
  if (required === undefined) return field("Node Affinity", NONE);
  const terms = required.nodeSelectorTerms.map(({ matchExpressions = [], matchFields = [] }, at) =>
    field(
      `Term ${at}`,
      [...matchExpressions, ...matchFields].map(({ key, operator, values = [] }) => {
        return `${key} ${operator.toLowerCase()}${values.length === 0 ? "" : ` [${values.join(", ")}]`}`;
      }),
    ),
  );
  return [
    field("Node Affinity", ""),
    indented(terms.length === 0 ? field("Required Terms", NONE) : [field("Required Terms", ""), indented(terms)]),
  ];
}

const DEFAULT_CLASS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export function storageClass(object: StorageClass): Layout {
  const { metadata, mountOptions = [], allowedTopologies } = object;
  const isDefault = DEFAULT_CLASS.some((annotation) => metadata?.annotations?.[annotation] === "true");
  return [
    field("Name", metadata?.name ?? ""),
    field("IsDefaultClass", isDefault ? "Yes" : "No"),
    annotations(metadata),
    field("Provisioner", object.provisioner),
    field("Parameters", mapText(object.parameters)),
    field("AllowVolumeExpansion", flagText(object.allowVolumeExpansion)),
    mountOptions.length === 0
      ? field("MountOptions", NONE)
      : section("MountOptions", ...mountOptions.map((option) => row(option))),
    optional("ReclaimPolicy", object.reclaimPolicy),
    optional("VolumeBindingMode", object.volumeBindingMode),
    allowedTopologies === undefined ? undefined : topologies(allowedTopologies),
  ];
}

function topologies(terms: readonly TopologySelectorTerm[]): Layout {
  if (terms.length === 0) return field("AllowedTopologies", NONE);
  return [
    field("AllowedTopologies", ""),
    indented(
      terms.map(({ matchLabelExpressions = [] }, at) =>
        field(
          `Term ${at}`,
          matchLabelExpressions.map(({ key, values }) => `${key} in [${values.join(", ")}]`),
        ),
      ),
    ),
  ];
}

export function volumeAttributesClass({ metadata, driverName, parameters }: VolumeAttributesClass): Layout {
  return [
    field("Name", metadata?.name ?? ""),
    annotations(metadata),
    field("DriverName", driverName),
    field("Parameters", mapText(parameters)),
  ];
}

export function csiNode({ metadata, spec }: CSINode): Layout {
  return [
    field("Name", metadata?.name ?? ""),
    labels(metadata),
    annotations(metadata),
    field("CreationTimestamp", timeText(metadata?.creationTimestamp)),
    section("Spec", (spec.drivers ?? []).length === 0 ? undefined : section("Drivers", spec.drivers.map(driver))),
  ];
}

function driver({ name, nodeID, allocatable, topologyKeys }: CSINode["spec"]["drivers"][number]): Layout {
  const { count } = allocatable ?? {};
  return section(
    name,
    field("Node ID", nodeID),
    count === undefined ? undefined : section("Allocatables", field("Count", count)),
    topologyKeys === undefined ? undefined : field("Topology Keys", listText(topologyKeys)),
  );
}
