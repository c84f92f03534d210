import { BUILT_IN_SCHEMAS } from "../definitions/built-in.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { Registry } from "../storage/registry.ts";

const GROUP = "metrics.k8s.io";
const VERSION = "v1beta1";

export const API_VERSION: string = `${GROUP}/${VERSION}`;
/** Where the store shows pods' usage, and nodes'. */
export const POD_METRICS: string = `pods.${GROUP}`;
export const NODE_METRICS: string = `nodes.${GROUP}`;

/** What metrics-server serves beside the API server. https://github.com/kubernetes-sigs/metrics-server */
export function metricsDefinitions(): ResourceDefinition[] {
  const common = {
    group: GROUP,
    version: VERSION,
    singular: "",
    shortNames: [],
    categories: [],
    verbs: ["get", "list"],
    subresources: [],
    storageVersionHash: undefined,
    schema: undefined,
    schemas: BUILT_IN_SCHEMAS,
  };
  return [
    {
      ...common,
      resource: "nodes",
      kind: "NodeMetrics",
      listKind: "NodeMetricsList",
      namespaced: false,
      storageKey: NODE_METRICS,
    },
    {
      ...common,
      resource: "pods",
      kind: "PodMetrics",
      listKind: "PodMetricsList",
      namespaced: true,
      storageKey: POD_METRICS,
    },
  ];
}

/** Lets those who may view a namespace see what its pods take. */
export function createMetricsRole(registry: Registry): void {
  const labels = Object.fromEntries(
    ["admin", "edit", "view"].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, "true"]),
  );
  registry.create(
    "clusterroles.rbac.authorization.k8s.io",
    "",
    {
      metadata: { name: "system:aggregated-metrics-reader", labels: { "k8s-app": "metrics-server", ...labels } },
      rules: [{ apiGroups: [GROUP], resources: ["pods", "nodes"], verbs: ["get", "list", "watch"] }],
    },
    { manager: "kube-apiserver" },
  );
}
