import { createHash } from "node:crypto";
import { PROVISIONER } from "../controllers/volume-binder.ts";
import { KUBELET_VERSION, type NodeSpec } from "../pods/node.ts";
import type { Registry } from "../storage/registry.ts";

const SYSTEM = "kube-system";
const DNS_LABELS = { "k8s-app": "kube-dns" };
const PROXY_LABELS = { "k8s-app": "kube-proxy" };

const COREFILE = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    forward . /etc/resolv.conf
    cache 30
    loop
    reload
    loadbalance
}
`;

/** What one finds in `kube-system` of a cluster just set up: DNS, proxies, the control plane's own pods, a storage class. */
export function createAddons(registry: Registry, nodes: readonly NodeSpec[]): void {
  const put = (resource: string, namespace: string, object: { metadata: { name: string } }): void => {
    if (registry.get(resource, namespace, object.metadata.name) !== undefined) return;
    registry.create(resource, namespace, object, { manager: "kubeadm" });
  };
  put("storageclasses.storage.k8s.io", "", STORAGE_CLASS);
  for (const name of ["coredns", "kube-proxy"]) put("serviceaccounts", SYSTEM, { metadata: { name } });
  put("configmaps", SYSTEM, { metadata: { name: "coredns" }, ...{ data: { Corefile: COREFILE } } });
  put("services", SYSTEM, DNS_SERVICE);
  put("deployments.apps", SYSTEM, DNS_DEPLOYMENT);
  put("daemonsets.apps", SYSTEM, PROXY_DAEMON_SET);
  for (const node of nodes.filter(({ role }) => role === "control-plane")) {
    for (const component of CONTROL_PLANE) put("pods", SYSTEM, mirrorPod(component, node.name));
  }
}

const STORAGE_CLASS = {
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: PROVISIONER,
  reclaimPolicy: "Delete",
  volumeBindingMode: "Immediate",
};

const DNS_SERVICE = {
  metadata: {
    name: "kube-dns",
    labels: { ...DNS_LABELS, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" },
  },
  spec: {
    selector: DNS_LABELS,
    clusterIP: "10.96.0.10",
    ports: [
      { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
      { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
      { name: "metrics", port: 9153, protocol: "TCP", targetPort: 9153 },
    ],
  },
};

const CONTROL_PLANE_TOLERATION = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

const DNS_DEPLOYMENT = {
  metadata: { name: "coredns", labels: DNS_LABELS },
  spec: {
    replicas: 2,
    selector: { matchLabels: DNS_LABELS },
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    template: {
      metadata: { labels: DNS_LABELS },
      spec: {
        serviceAccountName: "coredns",
        priorityClassName: "system-cluster-critical",
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }, CONTROL_PLANE_TOLERATION],
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 1,
                preference: {
                  matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }],
                },
              },
            ],
          },
        },
        containers: [
          {
            name: "coredns",
            image: "registry.k8s.io/coredns/coredns:v1.14.1",
            args: ["-conf", "/etc/coredns/Corefile"],
            resources: { limits: { memory: "170Mi" }, requests: { cpu: "100m", memory: "70Mi" } },
            ports: [
              { name: "dns", containerPort: 53, protocol: "UDP" },
              { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
              { name: "metrics", containerPort: 9153, protocol: "TCP" },
            ],
            volumeMounts: [{ name: "config-volume", mountPath: "/etc/coredns", readOnly: true }],
          },
        ],
        dnsPolicy: "Default",
        volumes: [
          {
            name: "config-volume",
            configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] },
          },
        ],
      },
    },
  },
};

const PROXY_DAEMON_SET = {
  metadata: { name: "kube-proxy", labels: PROXY_LABELS },
  spec: {
    selector: { matchLabels: PROXY_LABELS },
    template: {
      metadata: { labels: PROXY_LABELS },
      spec: {
        serviceAccountName: "kube-proxy",
        priorityClassName: "system-node-critical",
        hostNetwork: true,
        nodeSelector: { "kubernetes.io/os": "linux" },
        tolerations: [{ operator: "Exists" }],
        containers: [{ name: "kube-proxy", image: `registry.k8s.io/kube-proxy:${KUBELET_VERSION}` }],
      },
    },
  },
};

const CONTROL_PLANE: readonly { name: string; image: string; cpu: string; memory?: string }[] = [
  { name: "etcd", image: "registry.k8s.io/etcd:3.6.8-0", cpu: "100m", memory: "100Mi" },
  { name: "kube-apiserver", image: `registry.k8s.io/kube-apiserver:${KUBELET_VERSION}`, cpu: "250m" },
  { name: "kube-controller-manager", image: `registry.k8s.io/kube-controller-manager:${KUBELET_VERSION}`, cpu: "200m" },
  { name: "kube-scheduler", image: `registry.k8s.io/kube-scheduler:${KUBELET_VERSION}`, cpu: "100m" },
];

/** A pod that the node's kubelet runs from a file; the API shows its mirror. */
function mirrorPod(
  { name, image, cpu, memory }: (typeof CONTROL_PLANE)[number],
  node: string,
): {
  metadata: { name: string };
} {
  const spec = {
    nodeName: node,
    hostNetwork: true,
    priorityClassName: "system-node-critical",
    tolerations: [{ operator: "Exists", effect: "NoExecute" }],
    containers: [
      {
        name,
        image,
        resources: { requests: { cpu, ...(memory === undefined ? {} : { memory }) } },
      },
    ],
  };
  const hash = createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 32);
  const object = {
    metadata: {
      name: `${name}-${node}`,
      labels: { component: name, tier: "control-plane" },
      annotations: {
        "kubernetes.io/config.mirror": hash,
        "kubernetes.io/config.hash": hash,
        "kubernetes.io/config.source": "file",
      },
    },
    spec,
  };
  return object;
}
