import { bootstrapRbac } from "./auth/rbac/bootstrap.ts";
import type { Registry } from "./storage/registry.ts";

const OPTIONS = { manager: "kube-apiserver" };
const SYSTEM_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "default"];

/** Priorities that pods of the system name. */
const PRIORITY_CLASSES = [
  {
    metadata: { name: "system-node-critical" },
    value: 2_000_001_000,
    description: "Used for system critical pods that must not be moved from their current node.",
  },
  {
    metadata: { name: "system-cluster-critical" },
    value: 2_000_000_000,
    description:
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  },
];

/** Creates what a cluster has from its first moment and that is not there yet. */
export function bootstrap(registry: Registry): void {
  for (const name of SYSTEM_NAMESPACES) {
    if (registry.get("namespaces", "", name) === undefined) {
      registry.create("namespaces", "", { metadata: { name } }, OPTIONS);
    }
  }
  bootstrapRbac(registry);
  const classes = "priorityclasses.scheduling.k8s.io";
  for (const object of PRIORITY_CLASSES) {
    if (registry.get(classes, "", object.metadata.name) === undefined) registry.create(classes, "", object, OPTIONS);
  }
  if (registry.get("services", "default", "kubernetes") === undefined) {
    registry.create("services", "default", API_SERVICE, OPTIONS);
  }
}

/** Where pods reach the API server: the first address of the range. */
const API_SERVICE = {
  metadata: { name: "kubernetes", labels: { component: "apiserver", provider: "kubernetes" } },
  spec: {
    clusterIP: "10.96.0.1",
    ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: 6443 }],
    sessionAffinity: "None",
    type: "ClusterIP",
  },
};
