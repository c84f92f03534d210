import { inspect } from "node:util";
import { expect, test } from "vitest";
import { clusterInfo } from "../../src/operations/cluster-info/cluster-info.ts";
import { serviceUrls } from "../../src/operations/cluster-info/service-urls.ts";
import type { OperationContext } from "../../src/operations/context.ts";
import { sandboxResources } from "../support/sandbox-resources.ts";

/** A cluster whose nodes and services are given, as `k8s` of the default namespace would see it. */
async function overview(services: object[], forbidden?: string): ReturnType<typeof clusterInfo> {
  const server = sandboxResources({
    addons: false,
    nodes: [{ name: "a" }, { name: "b" }],
    fail: (request) =>
      forbidden !== undefined && new URL(request.url).pathname.endsWith(forbidden)
        ? Response.json({ kind: "Status", status: "Failure", message: "no", code: 403 }, { status: 403 })
        : undefined,
  });
  try {
    for (const service of services) await server.resources("services", "kube-system").create({ ...service });
    const context = {
      server: "https://10.0.0.1:6443/k8s",
      transport: server.transport,
      scope: { type: "namespace", namespace: "default", chosen: false },
      signalFor: (signal: unknown) => signal,
      resource: (name: string) => server.resources(name),
    } as unknown as OperationContext;
    return await clusterInfo(context);
  } finally {
    await server.close();
  }
}

const dns = {
  metadata: { name: "kube-dns", labels: { "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" } },
  spec: { ports: [{ name: "dns", port: 53, protocol: "UDP" }] },
};

test("it prints what kubectl does, with the version and the nodes", async () => {
  const info = await overview([dns, { metadata: { name: "other" }, spec: { ports: [{ port: 1 }] } }]);
  expect(inspect(info)).toBe(
    [
      "Kubernetes control plane is running at https://10.0.0.1:6443/k8s",
      "CoreDNS is running at https://10.0.0.1:6443/k8s/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy",
      "",
      `Kubernetes ${info.version}; ${info.nodes?.ready} of 2 nodes are ready`,
    ].join("\n"),
  );
  expect(JSON.parse(JSON.stringify(info))).toMatchObject({ services: [{ name: "CoreDNS", namespace: "kube-system" }] });
});

test("what may not be seen is named and left out", async () => {
  const info = await overview([], "/nodes");
  expect([info.nodes, info.hidden]).toEqual([undefined, ["Nodes cannot be seen: no"]]);
  expect(String(info)).toMatch(/^Kubernetes v\S+$/m);
});

test.each<[ports: object[], ingress: object[], urls: string[]]>([
  [[{ port: 80 }], [], ["https://s/api/v1/namespaces/n/services/x/proxy"]],
  [[{ port: 443 }], [], ["https://s/api/v1/namespaces/n/services/https:x:/proxy"]],
  [[{ port: 8443, name: "https" }], [], ["https://s/api/v1/namespaces/n/services/https:x:https/proxy"]],
  [[], [], ["https://s/api/v1/namespaces/n/services/x/proxy"]],
  [[{ port: 80 }, { port: 81 }], [{ ip: "1.2.3.4" }], ["http://1.2.3.4:80", "http://1.2.3.4:81"]],
  [[{ port: 80 }], [{ hostname: "lb.example" }], ["http://lb.example:80"]],
  [[{ port: 80 }], [{ ip: "::1" }], ["http://[::1]:80"]],
])("a service with ports %o and ingress %o answers at %o", (ports, ingress, urls) => {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "x", namespace: "n" },
    spec: { ports },
    status: { loadBalancer: { ingress } },
  } as Parameters<typeof serviceUrls>[0];
  expect(serviceUrls(service, "https://s")).toEqual(urls);
});
