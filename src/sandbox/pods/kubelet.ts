import type { Runtime } from "../controllers/runtime/runtime.ts";
import type { ContainerRunner } from "./container-runner.ts";
import type { NodeSpec } from "./node.ts";
import { createNodeRuntime } from "./node-runtime.ts";
import type { Node, Pod } from "./pod.ts";
import { findCondition, isTerminal } from "./pod.ts";
import { PodWorker } from "./pod-worker.ts";

/** The kubelets of all simulated nodes: each pod that is placed on one gets a worker until it is gone. */
export function startKubelets(runtime: Runtime, specs: readonly NodeSpec[], runner?: ContainerRunner): void {
  const nodes = new Map(specs.map((spec, index) => [spec.name, createNodeRuntime(runtime, spec, index, runner)]));
  const workers = new Map<string, PodWorker>();
  const pods = runtime.informer<Pod>("pods");
  pods.addIndex("node", (pod) => pod.spec.nodeName);

  pods.watch(({ type, object }) => {
    const node = nodes.get(object.spec.nodeName ?? "");
    const { uid = "", deletionTimestamp } = object.metadata;
    if (node === undefined) return;
    const worker = workers.get(uid);
    if (type === "DELETED") {
      worker?.remove();
      workers.delete(uid);
    } else if (worker !== undefined) {
      worker.update(object);
    } else if (!isTerminal(object) || deletionTimestamp !== undefined) {
      workers.set(uid, new PodWorker(runtime, node, object));
    }
  });
  runtime.informer<Node>("nodes").watch(({ object, previous }) => {
    if (!isNodeReady(object) || previous === undefined || isNodeReady(previous)) return;
    for (const pod of pods.by("node", object.metadata.name ?? "")) workers.get(pod.metadata.uid ?? "")?.sync();
  });
  runtime.onStop(() => {
    for (const worker of workers.values()) worker.halt();
    workers.clear();
  });
}

function isNodeReady(node: Node): boolean {
  return findCondition(node.status?.conditions, "Ready")?.status === "True";
}
