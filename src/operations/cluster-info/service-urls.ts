import type { Service } from "../../types/core-v1.ts";

/**
 * Where a service answers from outside the cluster: at its load balancer, one URL for each port; else below the API
 * server's proxy, by its first port.
 * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
 */
export function serviceUrls({ metadata, spec, status }: Service, server: string): string[] {
  const ports = spec?.ports ?? [];
  const ingress = status?.loadBalancer?.ingress?.[0];
  if (ingress !== undefined) {
    const host = ingress.ip || ingress.hostname || "";
    return ports.map(({ port }) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`);
  }
  const [first] = ports;
  const name = metadata?.name ?? "";
  const scheme = first?.name === "https" || first?.port === 443 ? "https" : "";
  const address =
    scheme === "" && !first?.name ? name : `${scheme === "" ? "" : `${scheme}:`}${name}:${first?.name ?? ""}`;
  return [`${server}/api/v1/namespaces/${metadata?.namespace ?? ""}/services/${address}/proxy`];
}
