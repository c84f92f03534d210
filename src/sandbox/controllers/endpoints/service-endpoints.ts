import { isDeepStrictEqual } from "node:util";
import { matchesLabels } from "../../model/label-selector.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Node, Pod } from "../../pods/pod.ts";
import { controllerReference } from "../ownership.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "../runtime/runtime.ts";
import type { Backend, PortGroup, Service } from "./endpoints.ts";
import { backendsOf, byPorts, podReference } from "./endpoints.ts";

const SERVICE_NAME = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER_NAME = "endpointslice-controller.k8s.io";
const HEADLESS = "service.kubernetes.io/headless";

/** Endpoints in one slice, as upstream's default. */
const SLICE_SIZE = 100;

/** Keeps the EndpointSlices, and the older Endpoints, of every Service with a selector. */
export function startEndpointsController(runtime: Runtime): void {
  const { registry } = runtime;
  const services = runtime.informer<Service>("services");
  const pods = runtime.informer<Pod>("pods");
  const slices = runtime.informer<ApiObject>("endpointslices.discovery.k8s.io");
  const nodes = runtime.informer<Node>("nodes");
  slices.addIndex("service", (slice) => {
    const name = slice.metadata.labels?.[SERVICE_NAME];
    const own = slice.metadata.labels?.[MANAGED_BY] === MANAGER_NAME;
    return own && name !== undefined ? `${slice.metadata.namespace}/${name}` : undefined;
  });
  const queue = runtime.queue(reconcile);
  const write = { manager: CONTROLLER_MANAGER };

  services.watch(({ object }) => queue.add(keyOf(object)));
  pods.watch(({ object, previous }) => {
    const { namespace = "" } = object.metadata;
    if (previous !== undefined && relevant(previous) === relevant(object) && isThere(object) === isThere(previous))
      return;
    for (const service of services.list(namespace)) {
      if ([object, previous].some((pod) => pod !== undefined && selects(service, pod))) queue.add(keyOf(service));
    }
  });
  slices.watch(({ type, object }) => {
    const name = object.metadata.labels?.[SERVICE_NAME];
    if (type === "DELETED" && name !== undefined) queue.add(`${object.metadata.namespace}/${name}`);
  });

  function isThere(pod: Pod): boolean {
    return pods.get(pod.metadata.namespace ?? "", pod.metadata.name ?? "")?.metadata.uid === pod.metadata.uid;
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const service = services.get(namespace, name);
    const present = slices.by("service", key);
    if (service === undefined) {
      for (const slice of present) remove("endpointslices.discovery.k8s.io", slice);
      const endpoints = registry.get("endpoints", namespace, name);
      if (endpoints !== undefined) remove("endpoints", endpoints);
      return;
    }
    if (service.spec.selector === undefined || service.metadata.deletionTimestamp !== undefined) return;
    if (service.spec.type === "ExternalName") return;
    const selected = pods.list(namespace).filter((pod) => selects(service, pod));
    const groups = byPorts(backendsOf(service, selected));
    writeSlices(service, groups, present);
    writeEndpoints(service, groups);
  }

  function writeSlices(service: Service, groups: readonly PortGroup[], present: readonly ApiObject[]): void {
    const wanted = (groups.length === 0 ? [{ ports: [], backends: [] }] : groups).flatMap(({ ports, backends }) => {
      const chunks: Backend[][] = [];
      for (let at = 0; at === 0 || at < backends.length; at += SLICE_SIZE)
        chunks.push(backends.slice(at, at + SLICE_SIZE));
      return chunks.map((chunk) => ({
        ports: ports.length === 0 && chunk.length === 0 ? null : ports,
        endpoints: chunk.length === 0 ? null : chunk.map(endpointOf),
      }));
    });
    const unused = [...present].sort((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
    for (const body of wanted) {
      const slice = unused.shift();
      if (slice === undefined) createSlice(service, body);
      else if (!isDeepStrictEqual({ ports: slice.ports, endpoints: slice.endpoints }, body)) {
        registry.update("endpointslices.discovery.k8s.io", { ...slice, ...body }, write);
      }
    }
    for (const slice of unused) remove("endpointslices.discovery.k8s.io", slice);
  }

  function createSlice(service: Service, body: object): void {
    const { name = "", namespace = "" } = service.metadata;
    const labels = {
      ...service.metadata.labels,
      [MANAGED_BY]: MANAGER_NAME,
      [SERVICE_NAME]: name,
      ...(service.spec.clusterIP === "None" ? { [HEADLESS]: "" } : {}),
    };
    const ownerReferences = [controllerReference(service)];
    const slice = { metadata: { generateName: `${name}-`, labels, ownerReferences }, addressType: "IPv4", ...body };
    registry.create("endpointslices.discovery.k8s.io", namespace, slice, write);
  }

  function endpointOf(backend: Backend): Record<string, unknown> {
    const { pod, ready, serving, terminating } = backend;
    const zone = nodes.get("", pod.spec.nodeName ?? "")?.metadata.labels?.["topology.kubernetes.io/zone"];
    const { hostname } = pod.spec;
    return {
      addresses: [pod.status?.podIP],
      conditions: { ready, serving, terminating },
      ...(hostname === undefined || pod.spec.subdomain === undefined ? {} : { hostname }),
      targetRef: podReference(pod),
      nodeName: pod.spec.nodeName,
      ...(zone === undefined ? {} : { zone }),
    };
  }

  function writeEndpoints(service: Service, groups: readonly PortGroup[]): void {
    const { name = "", namespace = "", labels } = service.metadata;
    const subsets = groups
      .map(({ ports, backends }) =>
        subset(
          ports,
          backends.filter(({ terminating }) => !terminating),
        ),
      )
      .filter((one) => one !== undefined);
    const live = registry.get("endpoints", namespace, name);
    const body = subsets.length === 0 ? {} : { subsets };
    if (live === undefined) {
      const metadata = { name, labels: { ...labels, "endpoints.kubernetes.io/managed-by": "endpoint-controller" } };
      registry.create("endpoints", namespace, { metadata, ...body }, write);
      return;
    }
    const { subsets: before, ...rest } = live;
    if (isDeepStrictEqual(before ?? [], subsets)) return;
    registry.update("endpoints", { ...rest, ...body } as ApiObject, write);
  }

  function remove(resource: string, object: ApiObject): void {
    const { namespace = "", name = "", uid = "" } = object.metadata;
    registry.delete(resource, namespace, name, { uid });
  }
}

function subset(ports: PortGroup["ports"], backends: readonly Backend[]): Record<string, unknown> | undefined {
  const address = ({ pod }: Backend): Record<string, unknown> => ({
    ip: pod.status?.podIP,
    nodeName: pod.spec.nodeName,
    targetRef: podReference(pod),
  });
  const ready = backends.filter((backend) => backend.ready).map(address);
  const notReady = backends.filter((backend) => !backend.ready).map(address);
  if (ready.length === 0 && notReady.length === 0) return undefined;
  return {
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ports: ports.map(({ name, ...rest }) => (name === "" ? rest : { name, ...rest })),
  };
}

function selects(service: Service, pod: Pod): boolean {
  const { selector } = service.spec;
  return selector !== undefined && matchesLabels(selector, pod.metadata.labels);
}

/** What of a pod its endpoints show. */
function relevant(pod: Pod): string {
  const { labels, deletionTimestamp } = pod.metadata;
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  return JSON.stringify([labels, deletionTimestamp, pod.status?.podIP, pod.status?.phase, ready]);
}
