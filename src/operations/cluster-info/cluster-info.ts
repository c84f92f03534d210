/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_cluster-info/ */
import { inspectAsText } from "../../core/inspect-as-text.ts";
import { isApiError } from "../../errors.ts";
import { callJson } from "../../transport/call-json.ts";
import type { Node, Service } from "../../types/core-v1.ts";
import type { OperationContext } from "../context.ts";
import { serviceUrls } from "./service-urls.ts";

export interface ClusterInfoOptions {
  /** Where the cluster's own services are looked for. Default that of a handle made by `in`, else `kube-system`. */
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A service that is part of the cluster. */
export interface ClusterService {
  readonly name: string;
  readonly namespace: string;
  /** Of its load balancer, one for each port; else below the API server's proxy. */
  readonly urls: readonly string[];
}

const CLUSTER_SERVICE = "kubernetes.io/cluster-service=true";

/** Where the control plane and the cluster's own services are, and what state it is in. Prints as a text. */
export class ClusterOverview {
  static {
    inspectAsText(ClusterOverview.prototype);
  }

  readonly controlPlane: string;
  /** `v1.35.0` */
  readonly version: string;
  readonly services: readonly ClusterService[];
  /** Undefined where we may not list them. */
  readonly nodes: { readonly total: number; readonly ready: number } | undefined;
  /** What could not be seen, each with the reason. */
  readonly hidden: readonly string[];

  constructor(facts: Pick<ClusterOverview, "controlPlane" | "version" | "services" | "nodes" | "hidden">) {
    this.controlPlane = facts.controlPlane;
    this.version = facts.version;
    this.services = facts.services;
    this.nodes = facts.nodes;
    this.hidden = facts.hidden;
  }

  toString(): string {
    const services = this.services.map(({ name, urls }) => `${name} is running at ${urls.join(" ")}`);
    const { nodes } = this;
    const state = nodes === undefined ? [] : [`${nodes.ready} of ${nodes.total} nodes are ready`];
    return [
      `Kubernetes control plane is running at ${this.controlPlane}`,
      ...services,
      "",
      [`Kubernetes ${this.version}`, ...state].join("; "),
      ...this.hidden,
    ].join("\n");
  }
}

/** Asks the server; what we may not see is named and left out. */
export async function clusterInfo(
  operation: OperationContext,
  options: ClusterInfoOptions = {},
): Promise<ClusterOverview> {
  const { signal } = options;
  const { scope, transport, server } = operation;
  const chosen = scope.type === "everywhere" ? "*" : scope.chosen ? scope.namespace : "kube-system";
  const namespace = options.namespace ?? chosen;
  const hidden: string[] = [];
  const seen = async <T>(what: string, look: Promise<T>): Promise<T | undefined> => {
    try {
      return await look;
    } catch (error) {
      if (!isApiError(error) || error.httpStatus !== 403) throw error;
      hidden.push(`${what} cannot be seen: ${error.status.message ?? error.message}`);
      return undefined;
    }
  };
  const [version, services, nodes] = await Promise.all([
    callJson<{ gitVersion: string }>(transport, { method: "GET", path: "/version" }, { signal }),
    seen(
      "The cluster's services",
      operation.resource<Service>("services").list({ labels: CLUSTER_SERVICE, namespace, signal }),
    ),
    seen("Nodes", operation.resource<Node>("nodes").list({ signal })),
  ]);
  return new ClusterOverview({
    controlPlane: server,
    version: version.gitVersion,
    services: (services ?? []).map((service) => ({
      name: service.metadata?.labels?.["kubernetes.io/name"] ?? service.metadata?.name ?? "",
      namespace: service.metadata?.namespace ?? "",
      urls: serviceUrls(service, server),
    })),
    nodes: nodes === undefined ? undefined : { total: nodes.length, ready: nodes.filter(isReady).length },
    hidden: hidden.sort(),
  });
}

function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: state }) => type === "Ready" && state === "True") === true;
}
