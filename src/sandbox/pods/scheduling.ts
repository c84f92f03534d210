import type { LabelSelectorRequirement } from "../model/label-selector.ts";
import { matchesLabels, matchesRequirement } from "../model/label-selector.ts";
import { UNSCHEDULABLE_TAINT } from "../model/node-taints.ts";
import { quantityValue } from "../schema/quantity.ts";
import type { Container, Node, NodeSelectorTerm, Pod, Taint, Toleration } from "./pod.ts";

/** Amounts by resource name, in base units (cores, bytes, pieces). */
export type Amounts = Readonly<Record<string, number>>;

/** A node and what the pods placed on it ask for. */
export interface Candidate {
  readonly node: Node;
  readonly requested: Amounts;
  readonly pods: number;
}

export type Placement = { readonly node: string } | { readonly node: undefined; readonly refusal: Refusal };

export interface Refusal {
  readonly nodes: number;
  /** How many nodes gave each reason, as it is worded in the FailedScheduling event. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Nodes that would do if other pods left them. */
  readonly preemptible: number;
}

/** What a pod asks for: the sum of its containers, or the largest init container where that is more, plus overhead. */
export function podRequests(pod: Pod): Amounts {
  const total: Record<string, number> = {};
  const requestsOf = (container: Container): [string, number][] =>
    Object.entries({ ...container.resources?.limits, ...container.resources?.requests }).map(([name, quantity]) => [
      name,
      quantityValue(quantity),
    ]);
  for (const container of pod.spec.containers) {
    for (const [name, amount] of requestsOf(container)) total[name] = (total[name] ?? 0) + amount;
  }
  for (const container of pod.spec.initContainers ?? []) {
    const sidecar = container.restartPolicy === "Always";
    for (const [name, amount] of requestsOf(container)) {
      total[name] = sidecar ? (total[name] ?? 0) + amount : Math.max(total[name] ?? 0, amount);
    }
  }
  for (const [name, quantity] of Object.entries(pod.spec.overhead ?? {})) {
    total[name] = (total[name] ?? 0) + quantityValue(quantity);
  }
  return total;
}

export function addAmounts(a: Amounts, b: Amounts, sign: 1 | -1 = 1): Amounts {
  const sum: Record<string, number> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + sign * amount;
  return sum;
}

/**
 * Chooses among the nodes that pass every filter the one with the best score: preferred affinity first, then untolerated
 * soft taints, then the least requested, then the fewest pods, which spreads pods without requests; among equals the
 * first by name, so that the same cluster always comes out.
 */
export function place(pod: Pod, candidates: readonly Candidate[]): Placement {
  const requests = podRequests(pod);
  const reasons = new Map<string, number>();
  let preemptible = 0;
  let best: { name: string; score: readonly number[] } | undefined;
  for (const candidate of candidates) {
    const obstacles = obstaclesOn(pod, requests, candidate);
    for (const { reason } of obstacles) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (obstacles.length > 0) {
      if (obstacles.every((obstacle) => obstacle.passes)) preemptible++;
      continue;
    }
    const name = candidate.node.metadata.name ?? "";
    const score = scoreOf(pod, requests, candidate);
    if (best === undefined || isBetter(score, best.score) || (isSame(score, best.score) && name < best.name)) {
      best = { name, score };
    }
  }
  if (best !== undefined) return { node: best.name };
  return { node: undefined, refusal: { nodes: candidates.length, reasons, preemptible } };
}

interface Obstacle {
  readonly reason: string;
  /** It would be gone if the node's pods were. */
  readonly passes: boolean;
}

const stays = (reason: string): Obstacle[] => [{ reason, passes: false }];

/**
 * Why the node cannot take the pod. The filters run in the scheduler's order and the first that fails decides, only
 * too few resources are told together.
 */
function obstaclesOn(pod: Pod, requests: Amounts, { node, requested, pods }: Candidate): Obstacle[] {
  const { spec = {} } = node;
  const tolerations = pod.spec.tolerations ?? [];
  const unschedulable: Taint = { key: UNSCHEDULABLE_TAINT, effect: "NoSchedule" };
  if (spec.unschedulable === true && !tolerates(tolerations, unschedulable)) return stays("node(s) were unschedulable");
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== "" && pod.spec.nodeName !== node.metadata.name) {
    return stays("node(s) didn't match the requested node name");
  }
  const taint = spec.taints?.find((one) => one.effect !== "PreferNoSchedule" && !tolerates(tolerations, one));
  if (taint !== undefined) return stays("node(s) had untolerated taint(s)");
  if (!matchesNodeAffinity(pod, node)) return stays("node(s) didn't match Pod's node affinity/selector");
  const allocatable = node.status?.allocatable ?? {};
  const short: Obstacle[] = [];
  if (pods + 1 > quantityValue(allocatable.pods ?? 110)) short.push({ reason: "Too many pods", passes: true });
  for (const [name, amount] of Object.entries(requests)) {
    const total = quantityValue(allocatable[name]);
    if (amount > 0 && (requested[name] ?? 0) + amount > total) {
      short.push({ reason: `Insufficient ${name}`, passes: amount <= total });
    }
  }
  return short;
}

/** Does a toleration of the list cover the taint? */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((one) => {
    if (one.effect !== undefined && one.effect !== "" && one.effect !== taint.effect) return false;
    if (one.key !== undefined && one.key !== "" && one.key !== taint.key) return false;
    if (one.operator === "Exists") return true;
    return (one.key ?? "") !== "" && (one.value ?? "") === (taint.value ?? "");
  });
}

/** nodeSelector and required node affinity. */
export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return (
    matchesLabels(pod.spec.nodeSelector ?? {}, node.metadata.labels) &&
    (required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node)))
  );
}

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const holds = (requirements: readonly LabelSelectorRequirement[], labels: Record<string, string>): boolean =>
    requirements.every((requirement) => matchesRequirement(requirement, labels));
  return (
    holds(matchExpressions, node.metadata.labels ?? {}) &&
    holds(matchFields, { "metadata.name": node.metadata.name ?? "" })
  );
}

/** Higher is better, the first difference decides. */
function scoreOf(pod: Pod, requests: Amounts, { node, requested, pods }: Candidate): number[] {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const weight = preferred
    .filter(({ preference }) => matchesTerm(preference, node))
    .reduce((sum, term) => sum + term.weight, 0);
  const tolerations = pod.spec.tolerations ?? [];
  const soft = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect === "PreferNoSchedule" && !tolerates(tolerations, taint),
  ).length;
  const free = ["cpu", "memory"].map((name) => {
    const total = quantityValue(node.status?.allocatable?.[name]);
    return total === 0 ? 0 : 1 - ((requested[name] ?? 0) + (requests[name] ?? 0)) / total;
  });
  return [weight, -soft, free.reduce((sum, part) => sum + part, 0), -pods];
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  for (const [at, value] of a.entries()) {
    if (value !== b[at]) return value > (b[at] ?? 0);
  }
  return false;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, at) => value === b[at]);
}

/** `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. …`, as kube-scheduler words it. */
export function unschedulableMessage({ nodes, reasons, preemptible }: Refusal): string {
  if (nodes === 0) return "no nodes available to schedule pods";
  const counted = (parts: readonly [string, number][]): string =>
    parts
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => `${count} ${reason}`)
      .sort()
      .join(", ");
  const preemption = counted([
    ["No preemption victims found for incoming pod", preemptible],
    ["Preemption is not helpful for scheduling", nodes - preemptible],
  ]);
  const available = `0/${nodes} nodes are available:`;
  return `${available} ${counted([...reasons])}. no new claims to deallocate, preemption: ${available} ${preemption}.`;
}
