/** Deployments, ReplicaSets, ReplicationControllers, StatefulSets and DaemonSets. */

import { isDeepStrictEqual } from "node:util";
import { byText } from "../../core/by-text.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { isControlledBy } from "../../core/owner.ts";
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from "../../types/apps-v1.ts";
import type { Pod, ReplicationController } from "../../types/core-v1.ts";
import { authoredTemplate } from "../template/authored-template.ts";
import { annotations, controllerText, identity, labels, mapText, selectorText, timeText } from "./format.ts";
import { field, indented, type Layout, NONE, optional, row, section, table } from "./layout.ts";
import { podTemplate } from "./pods.ts";
import { itemsOr, type Related } from "./related.ts";
import { claimTemplates } from "./volume-claims.ts";

/** `replicaSets` are those that its selector chooses. */
export function deployment(object: Deployment, replicaSets: Related<ReplicaSet>): Layout {
  const { metadata, spec, status = {} } = object;
  const { strategy = {}, minReadySeconds = 0 } = spec ?? {};
  const rolling = strategy.rollingUpdate;
  const counts = [
    `${spec?.replicas ?? 1} desired`,
    `${status.updatedReplicas ?? 0} updated`,
    `${status.replicas ?? 0} total`,
    `${status.availableReplicas ?? 0} available`,
    `${status.unavailableReplicas ?? 0} unavailable`,
  ];
  return [
    identity(object),
    field("CreationTimestamp", timeText(metadata?.creationTimestamp)),
    labels(metadata),
    annotations(metadata),
    field("Selector", selectorText(spec?.selector)),
    field("Replicas", counts.join(" | ")),
    field("StrategyType", strategy.type ?? ""),
    field("MinReadySeconds", minReadySeconds),
    rolling === undefined
      ? undefined
      : field("RollingUpdateStrategy", `${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`),
    podTemplate(spec?.template),
    conditions(status.conditions),
    replicaSetFields(object, replicaSets),
  ];
}

function replicaSetFields(object: Deployment, related: Related<ReplicaSet>): Layout {
  if ("unread" in related) return [field("OldReplicaSets", related.unread), field("NewReplicaSet", related.unread)];
  const own = related.items.filter((one) => isControlledBy(one, object)).sort(byAge);
  if (own.length === 0) return undefined;
  const present = own.find((one) =>
    isDeepStrictEqual(authoredTemplate(one.spec?.template), authoredTemplate(object.spec?.template)),
  );
  const old = own.filter((one) => one !== present);
  return [
    field("OldReplicaSets", replicaSetsText(old)),
    field("NewReplicaSet", replicaSetsText(present === undefined ? [] : [present])),
  ];
}

function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const created = (one: KubernetesObject): string => one.metadata?.creationTimestamp ?? "";
  return byText(created(a), created(b)) || byText(a.metadata?.name ?? "", b.metadata?.name ?? "");
}

function replicaSetsText(list: readonly ReplicaSet[]): string[] | string {
  if (list.length === 0) return NONE;
  return list
    .map(({ metadata, spec, status }) => {
      return `${metadata?.name} (${status?.replicas ?? 0}/${spec?.replicas ?? 1} replicas created)`;
    })
    .join(", ");
}

export function replicaSet(object: ReplicaSet, pods: Related<Pod>): Layout {
  const { metadata, spec, status } = object;
  return [
    identity(object),
    field("Selector", selectorText(spec?.selector)),
    labels(metadata),
    annotations(metadata),
    optional("Controlled By", controllerText(object)),
    field("Replicas", `${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`),
    podsStatus(object, pods),
    podTemplate(spec?.template),
    conditions(status?.conditions),
  ];
}

export function replicationController(object: ReplicationController, pods: Related<Pod>): Layout {
  const { metadata, spec, status } = object;
  return [
    identity(object),
    field("Selector", mapText(spec?.selector)),
    labels(metadata),
    annotations(metadata),
    field("Replicas", `${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`),
    podsStatus(object, pods),
    podTemplate(spec?.template),
    conditions(status?.conditions),
  ];
}

export function statefulSet(object: StatefulSet, pods: Related<Pod>): Layout {
  const { metadata, spec, status } = object;
  const { updateStrategy, persistentVolumeClaimRetentionPolicy: retention } = spec ?? {};
  const rolling = updateStrategy?.rollingUpdate;
  return [
    identity(object),
    field("CreationTimestamp", timeText(metadata?.creationTimestamp)),
    field("Selector", selectorText(spec?.selector)),
    labels(metadata),
    annotations(metadata),
    optional("Service Name", spec?.serviceName),
    optional("Pod Management Policy", spec?.podManagementPolicy),
    field("Replicas", `${spec?.replicas ?? 1} desired | ${status?.replicas ?? 0} total`),
    field("Update Strategy", updateStrategy?.type ?? ""),
    indented(optional("Partition", rolling?.partition), optional("MaxUnavailable", rolling?.maxUnavailable)),
    retention === undefined
      ? undefined
      : section(
          "Persistent Volume Claim Retention Policy",
          field("WhenDeleted", retention.whenDeleted ?? ""),
          field("WhenScaled", retention.whenScaled ?? ""),
        ),
    podsStatus(object, pods),
    podTemplate(spec?.template),
    claimTemplates(spec?.volumeClaimTemplates),
  ];
}

export function daemonSet(object: DaemonSet, pods: Related<Pod>): Layout {
  const { metadata, spec, status } = object;
  return [
    identity(object),
    field("Selector", selectorText(spec?.selector)),
    field("Node-Selector", mapText(spec?.template.spec?.nodeSelector)),
    labels(metadata),
    annotations(metadata),
    row(`Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`),
    row(`Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`),
    row(`Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`),
    row(`Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`),
    row(`Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`),
    podsStatus(object, pods),
    podTemplate(spec?.template),
  ];
}

/** How the pods are that the object controls. */
function podsStatus(object: KubernetesObject, pods: Related<Pod>): Layout {
  const text = itemsOr(pods, (items) => {
    const own = items.filter((one) => isControlledBy(one, object));
    const count = (phase: string): number => own.filter(({ status }) => status?.phase === phase).length;
    const [running, waiting] = [count("Running"), count("Pending")];
    return `${running} Running / ${waiting} Waiting / ${count("Succeeded")} Succeeded / ${count("Failed")} Failed`;
  });
  return field("Pods Status", text);
}

interface WorkloadCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

function conditions(list: readonly WorkloadCondition[] = []): Layout {
  if (list.length === 0) return undefined;
  return section(
    "Conditions",
    table(
      ["Type", "Status", "Reason"],
      list.map(({ type, status, reason = "" }) => [`${type} `, status, reason]),
    ),
  );
}
