/** https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/server/server.go */
import { jsonAnswer } from "../http/answers.ts";
import { addUsage, NODE_BASE, podUsage, type Usage } from "../metrics/usage.ts";
import { type Clock, formatTime } from "../model/clock.ts";
import type { ContainerAccess } from "../model/container-access.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import { requestTarget } from "../model/request-target.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { StatusError } from "../model/status-error.ts";
import { containerStatusOf, findCondition, type Node, type Pod } from "../pods/pod.ts";
import type { Registry } from "../storage/registry.ts";
import { redirectToRoot, splitProxyPath } from "./proxy-path.ts";
import { unreachable } from "./proxy-target.ts";
import { serveLog } from "./serve-log.ts";

const KUBELET_PORT = "10250";
const HEALTH = /^\/healthz(\/(ping|log|syncloop))?$/;
const CONTAINER_LOG = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** What a node's kubelet speaks from. */
export interface KubeletContext {
  readonly containers: ContainerAccess;
  readonly registry: Registry;
  readonly clock: Clock;
}

/**
 * `nodes/proxy`: of what a kubelet serves, that which the server knows. A node that nobody hears from, and every port but
 * the kubelet's, is not reached.
 */
export function proxyToNode(
  request: ServerRequest,
  target: PodStreamTarget,
  context: KubeletContext,
): Response | Promise<Response> {
  const node = target.object as Node;
  const redirect = redirectToRoot(request);
  if (redirect !== undefined) return redirect;
  requireAddress(node);
  requireKubelet(node, target.port === "" ? KUBELET_PORT : target.port);
  const { path } = splitProxyPath(requestTarget(request.url).pathname);
  const asked = path.replace(/(.)\/$/, "$1");
  if (HEALTH.test(asked)) return plain(200, "ok");
  const answer = answerOf(asked, request, node, context);
  if (answer === undefined) throw notServed(path);
  return request.method === "GET" || request.method === "HEAD" ? answer() : plain(405, "405: Method Not Allowed");
}

function answerOf(
  path: string,
  request: ServerRequest,
  node: Node,
  context: KubeletContext,
): (() => Response) | undefined {
  const [, namespace, name, container] = CONTAINER_LOG.exec(path) ?? [];
  if (namespace !== undefined) return () => containerLog(request, node, context, [namespace, name, container]);
  if (path === "/pods") return () => podList(node, context);
  if (path === "/stats/summary") return () => jsonAnswer(200, statsSummary(node, context));
  return undefined;
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/util/node/node.go (GetPreferredNodeAddress) */
function requireAddress({ metadata, status }: Node): void {
  if ((status?.addresses ?? []).length > 0 || metadata.labels?.["kubernetes.io/hostname"] !== undefined) return;
  throw new StatusError(500, "", "no preferred addresses found; known addresses: []");
}

function requireKubelet(node: Node, port: string): void {
  const address = node.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? node.metadata.name;
  const ready = findCondition(node.status?.conditions, "Ready")?.status ?? "Unknown";
  if (port !== KUBELET_PORT || ready === "Unknown") {
    throw unreachable(`dial tcp ${address}:${port}: connect: connection refused`);
  }
}

function podsOn(node: Node, { registry }: KubeletContext): Pod[] {
  return (registry.list("pods") as Pod[]).filter(({ spec }) => spec.nodeName === node.metadata.name);
}

function podList(node: Node, context: KubeletContext): Response {
  const items = podsOn(node, context).map(({ kind: _kind, apiVersion: _version, ...pod }) => pod);
  return jsonAnswer(200, { kind: "PodList", apiVersion: "v1", metadata: {}, items });
}

function containerLog(
  request: ServerRequest,
  node: Node,
  context: KubeletContext,
  [namespace = "", name = "", container = ""]: readonly (string | undefined)[],
): Response {
  const pod = podsOn(node, context).find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (pod === undefined) return plain(404, `pod "${name}" does not exist\n`);
  if (containerStatusOf(pod, container) === undefined) {
    return plain(404, `container "${container}" not found in pod "${name}"\n`);
  }
  return serveLog(request, pod, context.containers, container);
}

/** https://pkg.go.dev/k8s.io/kubelet/pkg/apis/stats/v1alpha1#Summary */
function statsSummary(node: Node, context: KubeletContext): object {
  const time = formatTime(context.clock.now());
  const pods = podsOn(node, context);
  const used = pods.flatMap(podUsage).reduce((sum, { usage }) => addUsage(sum, usage), NODE_BASE);
  return {
    node: { nodeName: node.metadata.name, startTime: node.metadata.creationTimestamp, ...figures(used, time) },
    pods: pods.flatMap((pod) => {
      const containers = podUsage(pod);
      if (containers.length === 0) return [];
      const { name, namespace, uid } = pod.metadata;
      const whole = containers.map(({ usage }) => usage).reduce(addUsage);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status?.startTime,
        containers: containers.map((one) => ({
          name: one.name,
          startTime: containerStatusOf(pod, one.name)?.state.running?.startedAt,
          ...figures(one.usage, time),
        })),
        ...figures(whole, time),
      };
    }),
  };
}

function figures({ cpu, memory }: Usage, time: string): object {
  return {
    cpu: { time, usageNanoCores: Math.round(cpu * 1e9) },
    memory: { time, workingSetBytes: Math.round(memory) },
  };
}

/** 501 where a real kubelet has an answer: it must not be taken for one that there is none. */
function notServed(path: string): StatusError {
  const served = "/healthz, /pods, /stats/summary and /containerLogs/NAMESPACE/POD/CONTAINER";
  return new StatusError(501, "NotImplemented", `the kubelets of this server have no ${path}, only ${served}`);
}

function plain(status: number, text: string): Response {
  const headers = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  return new Response(text, { status, headers });
}
