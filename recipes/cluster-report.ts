import { type Cluster, recipe } from "kubescript";

type Pod = Awaited<ReturnType<Cluster["pods"]["get"]>>;
type Node = Awaited<ReturnType<Cluster["nodes"]["get"]>>;

/** Waiting states that every pod passes through. */
const STARTING = new Set(["ContainerCreating", "PodInitializing"]);

/** Why a pod is not well, or undefined when it is. */
function podTrouble({ status }: Pod): string | undefined {
  if (status?.phase === "Succeeded") return undefined;
  if (status?.phase === "Failed") return status.reason ?? "Failed";
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const { waiting, terminated } = container.state ?? {};
    if (waiting?.reason !== undefined && !STARTING.has(waiting.reason)) {
      return `${container.name}: ${waiting.reason}, ${container.restartCount} restarts`;
    }
    if (terminated !== undefined && terminated.exitCode !== 0) {
      return `${container.name}: exit code ${terminated.exitCode}`;
    }
  }
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  return unscheduled && (unscheduled.message ?? "not scheduled");
}

/** What is wrong with a node, empty when it is ready and under no pressure. */
function nodeTroubles({ spec, status }: Node): string[] {
  const conditions = status?.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  return [
    ...(ready?.status === "True" ? [] : [`not ready: ${ready?.message ?? "no report"}`]),
    ...conditions.filter(({ type, status: is }) => type !== "Ready" && is === "True").map(({ type }) => type),
    ...(spec?.unschedulable ? ["cordoned"] : []),
  ];
}

/** Counts by key, keys in order. */
function countBy<T>(items: Iterable<T>, key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export default recipe({
  description: "Report the cluster: nodes, pods by phase and namespace, and what is not well",
  args: {
    namespace: { type: "string", optional: true, description: "pods and workloads of this namespace only" },
  },
  async run({ k8s, args, signal }) {
    const scope = args.namespace === undefined ? k8s.everywhere : k8s.in(args.namespace);
    const [version, nodes, pods, deployments] = await Promise.all([
      k8s.version({ signal }),
      k8s.nodes.list({ signal }),
      scope.pods.list({ signal }),
      scope.deployments.list({ signal }),
    ]);
    const name = ({ metadata }: { metadata?: { namespace?: string; name?: string } }): string =>
      `${metadata?.namespace}/${metadata?.name}`;
    return {
      server: k8s.server,
      version: version.gitVersion,
      nodes: nodes.map((node) => ({
        name: node.metadata?.name,
        version: node.status?.nodeInfo?.kubeletVersion,
        pods: pods.filter((pod) => pod.spec?.nodeName === node.metadata?.name).length,
        troubles: nodeTroubles(node),
      })),
      podsByPhase: countBy(pods, (pod) => pod.status?.phase ?? "Unknown"),
      podsByNamespace: countBy(pods, (pod) => pod.metadata?.namespace ?? ""),
      notWell: {
        pods: pods.flatMap((pod) => {
          const trouble = podTrouble(pod);
          return trouble === undefined ? [] : [{ pod: name(pod), trouble }];
        }),
        deployments: deployments
          .filter(({ spec, status }) => (status?.availableReplicas ?? 0) < (spec?.replicas ?? 1))
          .map((deployment) => ({
            deployment: name(deployment),
            available: deployment.status?.availableReplicas ?? 0,
            wanted: deployment.spec?.replicas ?? 1,
          })),
      },
    };
  },
});
