/** https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/ */
import { abortError } from "../../core/abort.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { type ApiRequest, isReplayable, requestTarget } from "../../core/request.ts";
import { KubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { StreamResponse } from "../../transport/transport.ts";
import type { Pod, Service } from "../../types/core-v1.ts";
import { containerPorts, portText } from "../pods/container-ports.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { requireResourceOf, sibling } from "../shared/siblings.ts";
import { ownStatus, type Proxied, refusalError } from "./api-refusal.ts";
import { changesNothing, type ProxiedRequest, type ProxyFetchInit, proxiedRequest } from "./proxied-request.ts";
import { responseOf } from "./proxied-response.ts";
import {
  type ProxyAddress,
  type ProxyTarget,
  parseProxyAddress,
  proxyRoot,
  proxyTarget,
  redirectTarget,
} from "./proxy-path.ts";

const PROXIED = ["services", "pods", "nodes"];
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** As the fetch standard has it. */
const MAX_REDIRECTS = 20;

/** The path below the server's URL by which something behind a service, pod or node is reached. */
export async function proxyPath(
  client: ResourceClient<KubernetesObject>,
  address: string,
  path: string,
  options: CallScope = {},
): Promise<string> {
  const { root } = await located(client, address, options);
  return requestTarget(proxyTarget(root, path));
}

/** Sends a request through the API server to a service, pod or node. */
export async function proxyFetch(
  client: ResourceClient<KubernetesObject>,
  address: string,
  path: string,
  init: ProxyFetchInit = {},
): Promise<Response> {
  const { root, proxied, namespace } = await located(client, address, init);
  const parts = await proxiedRequest(init, proxied.label);
  let target = proxyTarget(root, path);
  if (!changesNothing(parts)) requireEffect(client, `${parts.method} ${target.path}`);
  const ended = new AbortController();
  const { signal = ended.signal } = init;
  const until = AbortSignal.any([signal, ended.signal]);
  const cancel = (): void => ended.abort(abortError(undefined));
  let request: ProxiedRequest = parts;
  for (let redirects = 0; ; redirects += 1) {
    const sent: ApiRequest = { ...request, ...target };
    const own = await ownStatus(await client.transport.stream(sent, { signal: until }), proxied);
    if ("status" in own) {
      const services = (): ResourceClient<Service> => sibling<Service>(client, "services", namespace ?? "*");
      throw await refusalError(own.status, sent, proxied, services, init.signal);
    }
    const next = nextRequest(own.answer, root, target, request, init.redirect ?? "follow", proxied.label);
    if (next === undefined) {
      const url = requestTarget(target);
      return responseOf(own.answer, { method: request.method, url, redirected: redirects > 0, cancel });
    }
    await discard(own.answer);
    if (redirects === MAX_REDIRECTS) {
      throw new KubescriptError("API", `Cannot fetch from ${proxied.label}: it redirects without end`);
    }
    ({ target, request } = next);
  }
}

/** The request that a redirect asks for; undefined where the answer is the one to give. */
function nextRequest(
  { status, headers }: Pick<StreamResponse, "status" | "headers">,
  root: string,
  from: ProxyTarget,
  request: ProxiedRequest,
  mode: NonNullable<ProxyFetchInit["redirect"]>,
  label: string,
): { readonly target: ProxyTarget; readonly request: ProxiedRequest } | undefined {
  const [location] = [headers.location].flat();
  if (!REDIRECTS.has(status) || location === undefined || mode === "manual") return undefined;
  if (mode === "error") throw new KubescriptError("API", `Cannot fetch from ${label}: it redirects to ${location}`);
  const target = redirectTarget(root, from, location);
  if (target === undefined) return undefined;
  const { method } = request;
  const asGet = status === 303 ? method !== "HEAD" : status < 303 && method === "POST";
  if (!asGet) return isReplayable(request) ? { target, request } : undefined;
  const kept = Object.entries(request.headers ?? {}).filter(([name]) => !name.startsWith("content-"));
  return { target, request: { method: "GET", headers: Object.fromEntries(kept) } };
}

async function discard({ body }: StreamResponse): Promise<void> {
  for await (const _chunk of body) break;
}

interface Located {
  readonly root: string;
  readonly proxied: Proxied;
  readonly namespace: string | undefined;
}

async function located(client: ResourceClient<KubernetesObject>, text: string, options: CallScope): Promise<Located> {
  await requireResourceOf(client, "fetch from", text, PROXIED);
  const resource = await client.resource();
  const written = parseProxyAddress(text, resource.name);
  const namespace = objectNamespace(resource, scopeOf(client.scope, options.namespace), "fetch from", written.name);
  const address = resource.name === "pods" ? await numbered(client, written, namespace ?? "", options.signal) : written;
  const label = `${resource.name} "${text}"`;
  return {
    root: proxyRoot(resource, namespace, address),
    proxied: { plural: resource.name, address, label },
    namespace,
  };
}

/** The API server knows the names of services' ports, not of pods': those are looked up here. */
async function numbered(
  client: ResourceClient<KubernetesObject>,
  address: ProxyAddress,
  namespace: string,
  signal: AbortSignal | undefined,
): Promise<ProxyAddress> {
  const { name, port } = address;
  if (port === "" || /^\d+$/.test(port)) return address;
  const ports = containerPorts(await sibling<Pod>(client, "pods", namespace).get(name, { signal }));
  const found = ports.find((one) => one.name === port);
  if (found !== undefined) return { ...address, port: String(found.number) };
  const has = ports.map((one) => portText(one.name, one.number)).join(", ");
  throw new UsageError("INVALID_INPUT", `Cannot fetch from pods "${name}": it does not have a port named "${port}"`, {
    hint: has === "" ? "It names none; give a number." : `It has ${has}.`,
  });
}
