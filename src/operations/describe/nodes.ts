/** Nodes: what they are, what they have, and what runs on them. */

import { byText } from "../../core/by-text.ts";
import type { Quantity } from "../../types/common.ts";
import type { Lease } from "../../types/coordination-v1.ts";
import type { Node, NodeSystemInfo, Pod, Taint } from "../../types/core-v1.ts";
import type { ResourceSlice } from "../../types/resource-v1.ts";
import { ageText, annotations, labels, orNone, sortedEntries, timeText } from "./format.ts";
import { field, indented, type Layout, optional, row, section, table, UNSET } from "./layout.ts";
import { amountsOf, merged, podAmounts } from "./pod-resources.ts";
import { type Amount, type Amounts, amountText, percentOf, plus, quantityText, ZERO } from "./quantities.ts";
import type { Related } from "./related.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";
/** More pools of devices than these are counted. */
const MOST_POOLS = 10;

export interface NodeSurroundings {
  readonly lease: Related<Lease>;
  /** Those that have not ended. */
  readonly pods: Related<Pod>;
  readonly slices: Related<ResourceSlice>;
}

export function node(object: Node, { lease, pods, slices }: NodeSurroundings, now: number): Layout {
  const { metadata, spec = {}, status = {} } = object;
  const { conditions = [], addresses = [] } = status;
  return [
    field("Name", metadata?.name ?? ""),
    field("Roles", orNone(rolesOf(metadata?.labels).join(","))),
    labels(metadata),
    annotations(metadata),
    field("CreationTimestamp", timeText(metadata?.creationTimestamp)),
    field("Taints", taintLines(spec.taints)),
    field("Unschedulable", spec.unschedulable ?? false),
    leaseFields(lease),
    conditions.length === 0
      ? undefined
      : section(
          "Conditions",
          table(
            ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"],
            conditions.map((one) => [
              `${one.type} `,
              `${one.status} `,
              `${timeText(one.lastHeartbeatTime)} `,
              `${timeText(one.lastTransitionTime)} `,
              `${one.reason ?? ""} `,
              one.message ?? "",
            ]),
          ),
        ),
    section("Addresses", ...addresses.map(({ type, address }) => field(type, address))),
    resourceFields("Capacity", status.capacity),
    resourceFields("Allocatable", status.allocatable),
    devicePools(slices),
    systemInfo(status.nodeInfo),
    optional("PodCIDR", spec.podCIDR),
    optional("PodCIDRs", spec.podCIDRs?.join(",")),
    optional("ProviderID", spec.providerID),
    "unread" in pods ? field("Pods", pods.unread) : podTables(object, pods.items, now),
  ];
}

function rolesOf(map: Readonly<Record<string, string>> = {}): string[] {
  const roles = Object.entries(map).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === "kubernetes.io/role" ? [value] : [];
  });
  return [...new Set(roles)].filter((role) => role !== "").sort(byText);
}

function taintLines(taints: readonly Taint[] = []): string[] {
  return [...taints]
    .sort((a, b) => byText(`${a.effect},${a.key}`, `${b.effect},${b.key}`))
    .map(({ key, value = "", effect }) => `${key}${value === "" ? "" : `=${value}`}:${effect}`);
}

function leaseFields(related: Related<Lease>): Layout {
  if ("unread" in related) return field("Lease", related.unread);
  const { holderIdentity = UNSET, acquireTime, renewTime } = related.items[0]?.spec ?? {};
  return section(
    "Lease",
    field("HolderIdentity", holderIdentity),
    field("AcquireTime", timeText(acquireTime)),
    field("RenewTime", timeText(renewTime)),
  );
}

function resourceFields(title: string, amounts: Readonly<Record<string, Quantity>> | undefined): Layout {
  const fields = sortedEntries(amounts).map(([name, amount]) => field(name, quantityText(amount)));
  return fields.length === 0 ? undefined : section(title, ...fields);
}

/** Devices for dynamic resource allocation; a cluster that has none is not told so. */
function devicePools(related: Related<ResourceSlice>): Layout {
  if ("unread" in related || related.items.length === 0) return undefined;
  const pools = new Map<string, { driver: string; pool: string; slices: number; devices: number }>();
  for (const { spec } of related.items) {
    const [driver, pool] = [spec.driver, spec.pool.name];
    const known = pools.get(`${driver}/${pool}`) ?? { driver, pool, slices: 0, devices: 0 };
    pools.set(`${driver}/${pool}`, {
      ...known,
      slices: known.slices + 1,
      devices: known.devices + (spec.devices?.length ?? 0),
    });
  }
  const sorted = [...pools].sort(([a], [b]) => byText(a, b)).map(([, one]) => one);
  const more = sorted.length - MOST_POOLS;
  return section(
    "Node-Local ResourceSlices",
    table(
      ["Driver", "Pool", "Slices", "Devices"],
      sorted.slice(0, MOST_POOLS).map((one) => [one.driver, one.pool, `${one.slices}`, `${one.devices}`]),
    ),
    more > 0 ? row(`...and ${more} more pools`) : undefined,
  );
}

function systemInfo(info: Partial<NodeSystemInfo> = {}): Layout {
  return section(
    "System Info",
    field("Machine ID", info.machineID ?? ""),
    field("System UUID", info.systemUUID ?? ""),
    field("Boot ID", info.bootID ?? ""),
    field("Kernel Version", info.kernelVersion ?? ""),
    field("OS Image", info.osImage ?? ""),
    field("Operating System", info.operatingSystem ?? ""),
    field("Architecture", info.architecture ?? ""),
    field("Container Runtime Version", info.containerRuntimeVersion ?? ""),
    field("Kubelet Version", info.kubeletVersion ?? ""),
    optional("Kube-Proxy Version", info.kubeProxyVersion),
  );
}

function podTables({ status }: Node, pods: readonly Pod[], now: number): Layout {
  const { capacity, allocatable = {} } = status ?? {};
  const whole = amountsOf(Object.keys(allocatable).length === 0 ? capacity : allocatable);
  const counted = pods.map((pod) => ({
    pod,
    requests: podAmounts(pod, "requests"),
    limits: podAmounts(pod, "limits"),
  }));
  const share = (amounts: Amounts, resource: string): string => shareText(amounts, whole, resource);
  return [
    row("Non-terminated Pods:", `(${pods.length} in total)`),
    indented(
      table(
        // The second column of nothing keeps kubectl's distance after the longest name.
        ["Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"],
        counted.map(({ pod: { metadata }, requests, limits }) => [
          metadata?.namespace ?? "",
          metadata?.name ?? "",
          "",
          share(requests, "cpu"),
          share(limits, "cpu"),
          share(requests, "memory"),
          share(limits, "memory"),
          ageText(metadata?.creationTimestamp, now),
        ]),
      ),
    ),
    section(
      "Allocated resources",
      row("(Total limits may be over 100 percent, i.e., overcommitted.)"),
      allocated(sumOf(counted.map(({ requests }) => requests)), sumOf(counted.map(({ limits }) => limits)), whole),
    ),
  ];
}

function sumOf(list: readonly Amounts[]): Amounts {
  return list.reduce<Amounts>((sum, one) => merged(sum, one, plus), new Map());
}

function allocated(requests: Amounts, limits: Amounts, whole: Amounts): Layout {
  const names = [...whole.keys()].sort(byText);
  const standard = ["cpu", "memory", "ephemeral-storage", ...names.filter((name) => name.startsWith("hugepages-"))];
  const extended = names.filter((name) => !standard.includes(name) && name !== "pods");
  const plain = (amounts: Amounts, name: string): string => amountText(amounts.get(name) ?? ZERO);
  return table(
    ["Resource", "Requests", "Limits"],
    [
      ...standard.map((name) => [name, shareText(requests, whole, name), shareText(limits, whole, name)]),
      ...extended.map((name) => [name, plain(requests, name), plain(limits, name)]),
    ],
  );
}

/** `350m (8%)` */
function shareText(amounts: Amounts, whole: Amounts, resource: string): string {
  const amount: Amount = amounts.get(resource) ?? ZERO;
  return `${amountText(amount)} (${percentOf(amount, whole.get(resource) ?? ZERO)})`;
}
