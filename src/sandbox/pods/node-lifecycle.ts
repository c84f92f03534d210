import type { Runtime } from "../controllers/runtime/runtime.ts";
import { formatMicroTime } from "../model/clock.ts";
import type { NodeSpec } from "./node.ts";
import { nodeObject, nodeStatus } from "./node.ts";
import { KUBELET } from "./node-runtime.ts";

const LEASES = "kube-node-lease";

/** How long a node's lease is good for. */
const LEASE_SECONDS = 40;

/**
 * Registers the nodes that are not there yet, each with its lease. With `heartbeatMs` the leases are renewed; without,
 * nothing stirs in an idle cluster.
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
