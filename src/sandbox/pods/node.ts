import { formatTime } from "../model/clock.ts";
import { PREFIX } from "./annotations.ts";
import { canonicalImage, imageSize } from "./images.ts";
import type { Node, Taint } from "./pod.ts";

/** One simulated node. */
export interface NodeSpec {
  readonly name: string;
  /** A control-plane node carries the role's label and taint. Default `worker`. */
  readonly role?: "control-plane" | "worker";
  /** Cores. Default 4. */
  readonly cpu?: number;
  /** Default 8. */
  readonly memoryGi?: number;
  /** Pods that fit. Default 110. */
  readonly pods?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Default none, but for the control plane's. */
  readonly taints?: readonly Taint[];
  /**
   * Addresses of the DNS servers that the kubelet gives to pods, as its `clusterDNS` setting. Default none, as the
   * kubelet's own: nothing in a sandbox resolves names. Pods that ask for them get the node's instead, and an event says so.
   */
  readonly clusterDns?: readonly string[];
  /** Images that need no pull, in any form of reference. */
  readonly images?: readonly string[];
}

/** Version that the simulated nodes report. */
export const KUBELET_VERSION = "v1.36.2";

/** Images that every node has from the start. */
const PRELOADED = ["busybox:1", "registry.k8s.io/pause:3.10.1"];

/** Keeps pods away while other nodes will do. */
const SPARE: Taint = { key: `${PREFIX}spare`, effect: "PreferNoSchedule" };

/**
 * What a sandbox has unless told otherwise: a control plane, a worker, and a spare one, which takes what the first
 * cannot, when it is drained for instance. One node thus does all the work that one node can do.
 */
export function defaultNodes(): NodeSpec[] {
  return [
    { name: "control-plane", role: "control-plane", cpu: 2, memoryGi: 4 },
    { name: "node0", labels: { "topology.kubernetes.io/zone": "zone-a" } },
    { name: "node1", labels: { "topology.kubernetes.io/zone": "zone-b" }, taints: [SPARE] },
  ];
}

/** The address of the node that stands at `index` in the cluster. */
export function nodeAddress(index: number): string {
  return `10.99.${Math.floor((index + 1) / 256)}.${(index + 1) % 256}`;
}

/** The range of the pods' addresses on the node at `index`: wide enough for as many pods as it takes. */
export function podRange(spec: NodeSpec, index: number): string {
  return (spec.pods ?? 110) < 250 ? `10.244.${index % 256}.0/24` : `10.${128 + (index % 64)}.0.0/16`;
}

/** The address that stands at `offset` in a range. */
export function addressIn(range: string, offset: number): string {
  const [first = "10", second = "244", third = "0"] = range.split(".");
  return `${first}.${second}.${Number(third) + (offset >> 8)}.${offset & 255}`;
}

/** Every image that the node starts with, as the runtime names them. */
export function nodeImages(spec: NodeSpec): string[] {
  return [...new Set([...PRELOADED, ...(spec.images ?? [])].map(canonicalImage))];
}

const LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": "amd64",
  "beta.kubernetes.io/os": "linux",
  "kubernetes.io/arch": "amd64",
  "kubernetes.io/os": "linux",
};

const HEALTH: readonly (readonly [type: string, status: string, reason: string, message: string])[] = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
];

/** What the kubelet of the node registers, without its status (a new node's is written separately). */
export function nodeObject(spec: NodeSpec, index: number): Node {
  const controlPlane = spec.role === "control-plane";
  const range = podRange(spec, index);
  const taints = [
    ...(controlPlane ? [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] : []),
    ...(spec.taints ?? []),
  ];
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: spec.name,
      labels: {
        ...LABELS,
        "kubernetes.io/hostname": spec.name,
        ...(controlPlane
          ? {
              "node-role.kubernetes.io/control-plane": "",
              "node.kubernetes.io/exclude-from-external-load-balancers": "",
            }
          : {}),
        ...spec.labels,
      },
      annotations: {
        "node.alpha.kubernetes.io/ttl": "0",
        "volumes.kubernetes.io/controller-managed-attach-detach": "true",
      },
    },
    spec: {
      podCIDR: range,
      podCIDRs: [range],
      providerID: `sandbox://${spec.name}`,
      ...(taints.length === 0 ? {} : { taints }),
    },
  };
}

/** A healthy node's whole status. */
export function nodeStatus(spec: NodeSpec, index: number, now: number): NonNullable<Node["status"]> {
  const { name, cpu = 4, memoryGi = 8, pods = 110 } = spec;
  const time = formatTime(now);
  const capacity = {
    cpu: String(cpu),
    "ephemeral-storage": "61202244Ki",
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    memory: `${memoryGi * 2 ** 20}Ki`,
    pods: String(pods),
  };
  return {
    capacity,
    allocatable: { ...capacity, memory: `${memoryGi * 2 ** 20 - 102_400}Ki` },
    conditions: HEALTH.map(([type, status, reason, message]) => ({
      type,
      status,
      lastHeartbeatTime: time,
      lastTransitionTime: time,
      reason,
      message,
    })),
    addresses: [
      { type: "InternalIP", address: nodeAddress(index) },
      { type: "Hostname", address: name },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      machineID: hex(name, 32),
      systemUUID: uuid(name),
      bootID: uuid(`${name} boot`),
      kernelVersion: "6.12.0-sandbox",
      osImage: "kubescript sandbox",
      containerRuntimeVersion: "containerd://2.2.0",
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: "amd64",
    },
    images: nodeImages(spec).map(imageEntry),
  };
}

/** An entry of `status.images`. */
export function imageEntry(image: string): { names: string[]; sizeBytes: number } {
  return { names: [canonicalImage(image)], sizeBytes: imageSize(image) };
}

/** Hexadecimal digits that belong to `seed`: the same in every run. */
function hex(seed: string, length: number): string {
  let text = "";
  let state = 0x811c9dc5;
  for (let round = 0; text.length < length; round++) {
    for (const character of `${seed}${round}`) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193) >>> 0;
    text += state.toString(16).padStart(8, "0");
  }
  return text.slice(0, length);
}

function uuid(seed: string): string {
  const digits = hex(seed, 32);
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`];
  return [...parts, digits.slice(20)].join("-");
}
