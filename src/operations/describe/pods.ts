/** Pods, and the pod templates of what makes them. */
import { byText } from "../../core/by-text.ts";
import type { Pod, PodSpec, PodTemplateSpec, Toleration, TopologySpreadConstraint } from "../../types/core-v1.ts";
import { containers, resources, seccomp } from "./containers.ts";
import {
  annotations,
  controllerText,
  identity,
  labels,
  mapLines,
  selectorText,
  statusText,
  timeText,
} from "./format.ts";
import { field, type Layout, NONE, optional, row, section } from "./layout.ts";
import { volumes } from "./volumes.ts";

export function pod(object: Pod, now: number): Layout {
  const { metadata, status = {} } = object;
  const spec: PodSpec = object.spec ?? { containers: [] };
  const node = spec.nodeName ?? "";
  const { initContainers = [], ephemeralContainers = [], readinessGates = [] } = spec;
  return [
    identity(object),
    optional("Priority", spec.priority),
    optional("Priority Class Name", spec.priorityClassName),
    optional("Runtime Class Name", spec.runtimeClassName),
    optional("Service Account", spec.serviceAccountName),
    field("Node", node === "" ? NONE : `${node}/${status.hostIP ?? ""}`),
    status.startTime === undefined ? undefined : field("Start Time", timeText(status.startTime)),
    labels(metadata),
    annotations(metadata),
    phase(object, now),
    optional("Reason", status.reason),
    optional("Message", status.message),
    seccomp(spec.securityContext?.seccompProfile),
    field("IP", status.podIP ?? ""),
    addresses(status.podIPs),
    optional("Controlled By", controllerText(object)),
    optional("NominatedNodeName", status.nominatedNodeName),
    spec.resources === undefined ? undefined : section("Resources", resources(spec.resources)),
    initContainers.length === 0
      ? undefined
      : containers("Init Containers", initContainers, { statuses: status.initContainerStatuses, pod: object }),
    containers("Containers", spec.containers, { statuses: status.containerStatuses, pod: object }),
    ephemeralContainers.length === 0
      ? undefined
      : containers("Ephemeral Containers", ephemeralContainers, {
          statuses: status.ephemeralContainerStatuses,
          pod: object,
        }),
    typesAndStatuses(
      "Readiness Gates",
      readinessGates.map(({ conditionType }) => [
        conditionType,
        status.conditions?.find(({ type }) => type === conditionType)?.status ?? NONE,
      ]),
    ),
    typesAndStatuses(
      "Conditions",
      (status.conditions ?? []).map((one) => [one.type, one.status]),
    ),
    volumes(spec.volumes, true),
    field("QoS Class", status.qosClass ?? ""),
    placement(spec),
  ];
}

function phase({ metadata, status }: Pod, now: number): Layout {
  const ended = status?.phase === "Failed" || status?.phase === "Succeeded";
  if (ended || metadata?.deletionTimestamp === undefined) return field("Status", status?.phase ?? "");
  return [
    field("Status", statusText(metadata, undefined, now)),
    field("Termination Grace Period", `${metadata.deletionGracePeriodSeconds ?? 0}s`),
  ];
}

function addresses(list: readonly { readonly ip: string }[] = []): Layout {
  if (list.length === 0) return field("IPs", NONE);
  return section("IPs", ...list.map(({ ip }) => field("IP", ip)));
}

function typesAndStatuses(title: string, rows: readonly (readonly [type: string, status: string])[]): Layout {
  if (rows.length === 0) return undefined;
  return section(title, row("Type", "Status"), ...rows.map(([type, status]) => row(`${type} `, status)));
}

/** Where a pod may and must run. */
function placement(spec: PodSpec): Layout {
  return [
    field("Node-Selectors", mapLines(spec.nodeSelector)),
    field("Tolerations", tolerations(spec.tolerations)),
    spread(spec.topologySpreadConstraints),
    group(spec),
  ];
}

function tolerations(list: readonly Toleration[] = []): string[] {
  return [...list].sort((a, b) => byText(a.key ?? "", b.key ?? "")).map(tolerationText);
}

function tolerationText({ key = "", value = "", effect, operator, tolerationSeconds }: Toleration): string {
  const taint = `${key}${value === "" ? "" : `=${value}`}${effect === undefined ? "" : `:${effect}`}`;
  const any = operator === "Exists" && value === "" ? ["op=Exists"] : [];
  const time = tolerationSeconds === undefined ? [] : [`for ${tolerationSeconds}s`];
  return [...(taint === "" ? [] : [taint]), ...any, ...time].join(" ");
}

function spread(constraints: readonly TopologySpreadConstraint[] = []): Layout {
  if (constraints.length === 0) return undefined;
  const lines = [...constraints]
    .sort((a, b) => byText(a.topologyKey, b.topologyKey))
    .map(({ topologyKey, whenUnsatisfiable, maxSkew, labelSelector }) => {
      const chosen = labelSelector === undefined ? "" : ` for selector ${selectorText(labelSelector)}`;
      return `${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${chosen}`;
    });
  return field("Topology Spread Constraints", lines);
}

function group({ schedulingGroup }: PodSpec): Layout {
  if (schedulingGroup === undefined) return undefined;
  return section("SchedulingGroup", field("PodGroupName", schedulingGroup.podGroupName ?? ""));
}

export function podTemplate(template: PodTemplateSpec | undefined): Layout {
  if (template === undefined) return section("Pod Template", row("<unset>"));
  const { metadata } = template;
  const spec: PodSpec = template.spec ?? { containers: [] };
  const { initContainers = [] } = spec;
  return section(
    "Pod Template",
    labels(metadata),
    Object.keys(metadata?.annotations ?? {}).length === 0 ? undefined : annotations(metadata),
    optional("Service Account", spec.serviceAccountName),
    initContainers.length === 0 ? undefined : containers("Init Containers", initContainers),
    containers("Containers", spec.containers),
    volumes(spec.volumes, false),
    spread(spec.topologySpreadConstraints),
    optional("Priority Class Name", spec.priorityClassName),
    field("Node-Selectors", mapLines(spec.nodeSelector)),
    field("Tolerations", tolerations(spec.tolerations)),
    group(spec),
  );
}
