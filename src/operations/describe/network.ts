/** NetworkPolicies, ServiceCIDRs and IPAddresses. */
import type {
  IPAddress,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  ServiceCIDR,
} from "../../types/networking-v1.ts";
import { annotations, identity, labels, orNone, selectorText, timeText } from "./format.ts";
import { field, type Layout, row, section, table } from "./layout.ts";

interface PolicyRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

export function networkPolicy(object: NetworkPolicy): Layout {
  const { metadata, spec = {} } = object;
  const { policyTypes = [], ingress = [], egress = [] } = spec;
  const chosen = selectorText(spec.podSelector);
  const everyPod = "<none> (Allowing the specific traffic to all pods in this namespace)";
  return [
    identity(object),
    field("Created on", timeText(metadata?.creationTimestamp)),
    labels(metadata),
    annotations(metadata),
    section(
      "Spec",
      row(`PodSelector:     ${chosen === "<none>" ? everyPod : chosen}`),
      direction(
        "ingress",
        policyTypes.includes("Ingress"),
        ingress.map(({ from = [], ports = [] }) => ({ peers: from, ports })),
      ),
      direction(
        "egress",
        policyTypes.includes("Egress"),
        egress.map(({ to = [], ports = [] }) => ({ peers: to, ports })),
      ),
      row(`Policy Types: ${orNone(policyTypes.join(", "))}`),
    ),
  ];
}

function direction(name: "ingress" | "egress", affected: boolean, rules: readonly PolicyRule[]): Layout {
  if (!affected) return row(`Not affecting ${name} traffic`);
  const none = `<none> (Selected pods are isolated for ${name} connectivity)`;
  return section(
    `Allowing ${name} traffic`,
    rules.length === 0
      ? row(none)
      : rules.map((one, at) => [at === 0 ? undefined : row("----------"), rule(name, one)]),
  );
}

function rule(name: "ingress" | "egress", { peers, ports }: PolicyRule): Layout {
  const [side, end] = name === "ingress" ? ["From", "source"] : ["To", "destination"];
  return [
    ports.length === 0 ? row("To Port: <any> (traffic allowed to all ports)") : ports.map(policyPort),
    peers.length === 0
      ? row(`${side}: <any> (traffic not restricted by ${end})`)
      : peers.map((one) => section(side, peer(one))),
  ];
}

function policyPort({ port, endPort, protocol = "TCP" }: NetworkPolicyPort): Layout {
  if (endPort !== undefined) return row(`To Port Range: ${port}-${endPort}/${protocol}`);
  return row(`To Port: ${port ?? "<any>"}/${protocol}`);
}

function peer({ ipBlock, namespaceSelector, podSelector }: NetworkPolicyPeer): Layout {
  if (ipBlock !== undefined) {
    const { cidr, except = [] } = ipBlock;
    return section("IPBlock", row(`CIDR: ${cidr}`), row(`Except: ${except.join(", ")}`));
  }
  return [
    namespaceSelector === undefined ? undefined : row(`NamespaceSelector: ${selectorText(namespaceSelector)}`),
    podSelector === undefined ? undefined : row(`PodSelector: ${selectorText(podSelector)}`),
  ];
}

export function serviceCidr(object: ServiceCIDR): Layout {
  const { metadata, spec, status } = object;
  const conditions = status?.conditions ?? [];
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    field("CIDRs", spec?.cidrs?.join(", ") ?? ""),
    conditions.length === 0 ? undefined : [row("Status:"), section("Conditions", conditionTable(conditions))],
  ];
}

interface FullCondition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions in the form that the API recommends. */
export function conditionTable(conditions: readonly FullCondition[]): Layout {
  return table(
    ["Type", "Status", "LastTransitionTime", "Reason", "Message"],
    conditions.map(({ type, status, lastTransitionTime, reason = "", message = "" }) => [
      type,
      status,
      timeText(lastTransitionTime),
      reason,
      message,
    ]),
  );
}

export function ipAddress(object: IPAddress): Layout {
  const { metadata, spec } = object;
  const { group = "", resource, namespace = "", name } = spec.parentRef;
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    section(
      "Parent Reference",
      field("Group", group),
      field("Resource", resource),
      field("Namespace", namespace),
      field("Name", name),
    ),
  ];
}
