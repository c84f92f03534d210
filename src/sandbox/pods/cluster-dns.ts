import { createEventRecorder } from "../controllers/runtime/events.ts";
import { keyOf, splitKey } from "../controllers/runtime/informer.ts";
import type { Runtime } from "../controllers/runtime/runtime.ts";
import type { NodeSpec } from "./node.ts";
import { KUBELET } from "./node-runtime.ts";
import type { Node, Pod } from "./pod.ts";
import { isTerminal } from "./pod.ts";

const REASON = "MissingClusterDNS";
const MESSAGE =
  'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';

/**
 * What kubelets without a cluster DNS say of every pod that asks for it, and once of their node.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.2/pkg/kubelet/network/dns/dns.go
 */
export function warnOfMissingDns(runtime: Runtime, specs: readonly NodeSpec[]): void {
  const { registry, clock } = runtime;
  const recorders = new Map(
    specs
      .filter(({ clusterDns = [] }) => clusterDns.length === 0)
      .map(({ name }) => [
        name,
        createEventRecorder({
          ...{ registry, clock, host: name, nextName: runtime.eventName },
          ...{ component: KUBELET, manager: KUBELET },
        }),
      ]),
  );
  const nodes = runtime.informer<Node>("nodes");
  const pods = runtime.informer<Pod>("pods");
  const queue = runtime.queue(warn);
  const warned = new Set<string>();

  pods.watch(({ type, object }) => {
    const { uid = "" } = object.metadata;
    if (type === "DELETED") warned.delete(uid);
    else if (recorders.has(object.spec.nodeName ?? "") && !warned.has(uid)) queue.add(keyOf(object));
  });

  function warn(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    const { uid = "" } = pod?.metadata ?? {};
    if (pod === undefined || warned.has(uid)) return;
    warned.add(uid);
    if (isTerminal(pod) || !asksForClusterDns(pod)) return;
    const nodeName = pod.spec.nodeName ?? "";
    const recorder = recorders.get(nodeName);
    const node = nodes.get("", nodeName);
    if (node !== undefined && !warned.has(nodeName)) {
      warned.add(nodeName);
      recorder?.event(node, "Warning", REASON, MESSAGE);
    }
    recorder?.event(pod, "Warning", REASON, `pod: "${name}_${namespace}(${uid})". ${MESSAGE}`);
  }
}

/** Pods in the node's network ask for it only when they say so. */
function asksForClusterDns({ spec }: Pod): boolean {
  const { dnsPolicy = "ClusterFirst", hostNetwork = false } = spec;
  return dnsPolicy === "ClusterFirstWithHostNet" || (dnsPolicy === "ClusterFirst" && !hostNetwork);
}
