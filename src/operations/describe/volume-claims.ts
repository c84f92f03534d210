/** Claims to storage: PersistentVolumeClaims, and the templates of them in StatefulSets and volumes. */
import { byText } from "../../core/by-text.ts";
import type { PersistentVolumeClaim, Pod } from "../../types/core-v1.ts";
import {
  accessModesText,
  annotations,
  identity,
  labels,
  listText,
  statusText,
  storageClassOf,
  timeText,
} from "./format.ts";
import { field, type Layout, NONE, optional, section, table } from "./layout.ts";
import { quantityText } from "./quantities.ts";
import { itemsOr, type Related } from "./related.ts";

type ClaimParts = Pick<PersistentVolumeClaim, "metadata" | "spec" | "status">;

/** `pods` are those of its namespace. */
export function persistentVolumeClaim(object: PersistentVolumeClaim, pods: Related<Pod>, now: number): Layout {
  const { metadata, status } = object;
  const users = itemsOr(pods, (list) => [...namesOfUsers(object, list)].sort(byText));
  const conditions = status?.conditions ?? [];
  return [
    identity(object),
    claim(object, field("Status", statusText(metadata, status?.phase, now))),
    field("Used By", users),
    conditions.length === 0
      ? undefined
      : section(
          "Conditions",
          table(
            ["Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message"],
            conditions.map((one) => [
              `${one.type} `,
              `${one.status} `,
              `${timeText(one.lastProbeTime)} `,
              `${timeText(one.lastTransitionTime)} `,
              `${one.reason ?? ""} `,
              one.message ?? "",
            ]),
          ),
        ),
  ];
}

/** What a claim asks for, and what it was given; only a claim that exists has a `state`. */
export function claim({ metadata, spec = {}, status }: ClaimParts, state?: Layout): Layout {
  const { volumeName = "", dataSource } = spec;
  const bound = volumeName !== "";
  return [
    field("StorageClass", storageClassOf(metadata, spec.storageClassName)),
    state,
    field("Volume", volumeName),
    labels(metadata),
    annotations(metadata),
    state === undefined ? undefined : field("Finalizers", listText(metadata?.finalizers)),
    field("Capacity", bound ? quantityText(status?.capacity?.storage) : ""),
    field("Access Modes", bound ? accessModesText(status?.accessModes) : ""),
    optional("VolumeMode", spec.volumeMode),
    dataSource === undefined
      ? undefined
      : section(
          "DataSource",
          optional("APIGroup", dataSource.apiGroup),
          field("Kind", dataSource.kind),
          field("Name", dataSource.name),
        ),
  ];
}

/** The pods that mount it, and those that it was made for. */
function namesOfUsers({ metadata }: PersistentVolumeClaim, pods: readonly Pod[]): Set<string> {
  const owners = new Set(metadata?.ownerReferences?.filter(({ kind }) => kind === "Pod").map(({ uid }) => uid));
  const using = pods.filter(
    (pod) =>
      owners.has(pod.metadata?.uid ?? "") ||
      pod.spec?.volumes?.some(({ persistentVolumeClaim: mounted }) => mounted?.claimName === metadata?.name),
  );
  return new Set(using.map((pod) => pod.metadata?.name ?? ""));
}

/** The claims that a StatefulSet makes for each of its pods. */
export function claimTemplates(templates: readonly PersistentVolumeClaim[] = []): Layout {
  if (templates.length === 0) return field("Volume Claims", NONE);
  return section(
    "Volume Claims",
    templates.map(({ metadata, spec }) => [
      field("Name", metadata?.name ?? ""),
      field("StorageClass", storageClassOf(metadata, spec?.storageClassName)),
      labels(metadata),
      annotations(metadata),
      field("Capacity", quantityText(spec?.resources?.requests?.storage, "<default>")),
      field("Access Modes", listText(spec?.accessModes)),
    ]),
  );
}
