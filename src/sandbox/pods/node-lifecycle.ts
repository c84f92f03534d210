import type { Runtime } from "../controllers/runtime/runtime.ts";
import { formatMicroTime, formatTime } from "../model/clock.ts";
import { PREFIX } from "./annotations.ts";
import type { NodeSpec } from "./node.ts";
import { nodeObject, nodeStatus } from "./node.ts";
import { KUBELET } from "./node-runtime.ts";
import { type Condition, findCondition, type Node } from "./pod.ts";

const LEASES = "kube-node-lease";

/**
 * Annotation on a node: `"false"` makes its kubelet report that it is not ready, anything else or none that it is.
 */
const READY = `${PREFIX}ready`;

/** How long a node's lease is good for. */
const LEASE_SECONDS = 40;

/**
 * Registers the nodes that are not there yet, each with its lease. With `heartbeatMs` the leases are renewed; without,
 * nothing stirs in an idle cluster. A node reports itself not ready while its annotation `sandbox.kubescript.dev/ready`
 * says `"false"`.
 */
export function registerNodes(runtime: Runtime, specs: readonly NodeSpec[], heartbeatMs?: number): void {
  const { registry, clock } = runtime;
  for (const [index, spec] of specs.entries()) {
    if (registry.get("nodes", "", spec.name) !== undefined) continue;
    const status = nodeStatus(spec, index, clock.now());
    registry.create("nodes", "", { ...nodeObject(spec, index), status }, { manager: KUBELET });
  }
  const renew = (): void => {
    for (const { name } of specs) renewLease(runtime, name);
  };
  const own = new Set(specs.map(({ name }) => name));
  const reports = runtime.queue((name) => reportReadiness(runtime, name));
  runtime.informer<Node>("nodes").watch(({ type, object, previous }) => {
    if (type === "DELETED" || previous === undefined || !own.has(object.metadata.name ?? "")) return;
    if (isStagedReady(object) !== isStagedReady(previous)) reports.add(object.metadata.name ?? "");
  });
  runtime.informer("namespaces").watch(({ type, object }) => {
    if (type === "ADDED" && object.metadata.name === LEASES) runtime.onStop(clock.schedule(0, renew));
  });
  if (heartbeatMs === undefined) return;
  let cancel = clock.schedule(heartbeatMs, function beat() {
    renew();
    cancel = clock.schedule(heartbeatMs, beat);
  });
  runtime.onStop(() => cancel());
}

function isStagedReady(node: Node): boolean {
  return node.metadata.annotations?.[READY] !== "false";
}

/** Writes the node's Ready condition as its annotation wants it. */
function reportReadiness({ registry, clock }: Runtime, name: string): void {
  const time = formatTime(clock.now());
  const report = (node: Node): Node | undefined => {
    const [status, reason, message] = isStagedReady(node)
      ? ["True", "KubeletReady", "kubelet is posting ready status"]
      : ["False", "KubeletNotReady", `the node's annotation ${READY} says so`];
    const conditions = node.status?.conditions ?? [];
    if (findCondition(conditions, "Ready")?.status === status) return undefined;
    const ready: Condition = {
      type: "Ready",
      status,
      lastHeartbeatTime: time,
      lastTransitionTime: time,
      reason,
      message,
    };
    const others = conditions.filter(({ type }) => type !== "Ready");
    return { ...node, status: { ...node.status, conditions: [...others, ready] } };
  };
  registry.modify("nodes", "", name, (node) => report(node as Node), { manager: KUBELET, subresource: "status" });
}

function renewLease({ registry, clock, reportError }: Runtime, name: string): void {
  const node = registry.get("nodes", "", name);
  if (node === undefined) return;
  const renewTime = formatMicroTime(clock.now());
  const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
  const ownerReferences = [{ apiVersion: "v1", kind: "Node", name, uid: node.metadata.uid ?? "" }];
  const lease = { metadata: { name, namespace: LEASES, ownerReferences }, spec };
  try {
    const renewed = registry.modify("leases.coordination.k8s.io", LEASES, name, (live) => ({ ...live, spec }), {
      manager: KUBELET,
    });
    if (renewed === undefined) registry.create("leases.coordination.k8s.io", LEASES, lease, { manager: KUBELET });
  } catch (error) {
    reportError(error);
  }
}
