import type { KubernetesObject } from "../../core/object.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { isApiError, KubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Amounts } from "./usage.ts";

/** `metrics.k8s.io/v1beta1` NodeMetrics. */
export interface NodeMetrics extends KubernetesObject {
  timestamp?: string;
  window?: string;
  usage?: Amounts;
}

/** `metrics.k8s.io/v1beta1` PodMetrics. */
export interface PodMetrics extends KubernetesObject {
  timestamp?: string;
  window?: string;
  containers?: { name: string; usage?: Amounts }[];
}

const COMMON = {
  group: "metrics.k8s.io",
  version: "v1beta1",
  singularName: "",
  shortNames: [],
  categories: [],
  verbs: ["get", "list"],
  subresources: [],
  preferred: true,
};

export const NODE_METRICS: ApiResource = { ...COMMON, name: "nodes", kind: "NodeMetrics", namespaced: false };
export const POD_METRICS: ApiResource = { ...COMMON, name: "pods", kind: "PodMetrics", namespaced: true };

const INSTALL =
  "Install metrics-server, https://github.com/kubernetes-sigs/metrics-server; a sandbox serves metrics with --metrics.";

/**
 * One object's metrics by name, or what the selectors choose; nothing of what was not measured. Where nobody serves
 * metrics, or who should does not answer, the error says what to do.
 */
export async function readMetrics<T extends KubernetesObject>(
  client: ResourceClient<T>,
  select: SelectorOptions & { readonly name?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<T[]> {
  const { name, ...selection } = select;
  try {
    return name === undefined ? [...(await client.list(selection))] : [await client.get(name, selection)];
  } catch (error) {
    if (name !== undefined && isApiError(error) && error.httpStatus === 404 && error.status.details?.name === name) {
      return [];
    }
    throw explained(error);
  }
}

/** The API server answers 404 where nobody serves metrics, and 503 where who should does not answer. */
function explained(error: unknown): unknown {
  if (!isApiError(error)) return error;
  if (error.httpStatus === 404 && (error.status.details?.name ?? "") === "") {
    return new UsageError("UNKNOWN_RESOURCE", "Cannot read usage: Metrics API not available", {
      cause: error,
      hint: INSTALL,
    });
  }
  if (error.httpStatus !== 503) return error;
  return new KubescriptError("API", "Cannot read usage: metrics-server does not answer", {
    cause: error,
    retryable: true,
    hint: 'See why: k8s.apiservices.get("v1beta1.metrics.k8s.io") and k8s.in("kube-system").pods.logs({ labels: { "k8s-app": "metrics-server" } }).',
  });
}
