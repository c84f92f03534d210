import { type Clock, formatTime } from "../model/clock.ts";
import type { ApiObject } from "../model/object.ts";
import type { Node, Pod } from "../pods/pod.ts";
import type { Store } from "../storage/store.ts";
import { API_VERSION, NODE_METRICS, POD_METRICS } from "./metrics-definitions.ts";
import { addUsage, formatUsage, NODE_BASE, podUsage, type Usage } from "./usage.ts";

const WINDOW = "15s";
/** How old the figures are said to be, as a scrape's would be. */
const AGE_MS = 5_000;

/** The store as requests see it where metrics are served: usage stands in it as objects, computed as they are read. */
export function withMetrics(store: Store, clock: Clock): Store {
  const readings: Readonly<Record<string, (namespace: string | undefined) => ApiObject[]>> = {
    [POD_METRICS]: (namespace) => podMetrics(store, clock, namespace),
    [NODE_METRICS]: () => nodeMetrics(store, clock),
  };
  const computed = (storageKey: string): ((namespace: string | undefined) => ApiObject[]) | undefined =>
    Object.hasOwn(readings, storageKey) ? readings[storageKey] : undefined;
  return {
    get revision() {
      return store.revision;
    },
    get(storageKey, namespace, name) {
      const read = computed(storageKey);
      if (read === undefined) return store.get(storageKey, namespace, name);
      return read(namespace === "" ? undefined : namespace).find(({ metadata }) => metadata.name === name);
    },
    list: (storageKey, namespace) => computed(storageKey)?.(namespace) ?? store.list(storageKey, namespace),
    listAt: (storageKey, revision, namespace) =>
      computed(storageKey)?.(namespace) ?? store.listAt(storageKey, revision, namespace),
    put: (storageKey, object) => store.put(storageKey, object),
    remove: (storageKey, namespace, name) => store.remove(storageKey, namespace, name),
    subscribe: (storageKey, listener) => store.subscribe(storageKey, listener),
    since: (storageKey, revision) => store.since(storageKey, revision),
  };
}

function podMetrics(store: Store, clock: Clock, namespace: string | undefined): ApiObject[] {
  return store.list("pods", namespace).flatMap((object) => {
    const containers = podUsage(object as Pod).map(({ name, usage }) => ({ name, usage: formatUsage(usage) }));
    return containers.length === 0 ? [] : [reading("PodMetrics", object, clock, { containers })];
  });
}

function nodeMetrics(store: Store, clock: Clock): ApiObject[] {
  const taken = new Map<string, Usage>();
  for (const object of store.list("pods")) {
    const pod = object as Pod;
    const node = pod.spec.nodeName ?? "";
    for (const { usage } of podUsage(pod)) taken.set(node, addUsage(taken.get(node) ?? NODE_BASE, usage));
  }
  return store
    .list("nodes")
    .filter(isReady)
    .map((node) => {
      const usage = formatUsage(taken.get(node.metadata.name ?? "") ?? NODE_BASE);
      return reading("NodeMetrics", node, clock, { usage });
    });
}

function reading(kind: string, { metadata }: ApiObject, clock: Clock, figures: object): ApiObject {
  const { name = "", namespace, labels } = metadata;
  const now = clock.now();
  return {
    kind,
    apiVersion: API_VERSION,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      creationTimestamp: formatTime(now),
      ...(labels === undefined ? {} : { labels }),
    },
    timestamp: formatTime(now - AGE_MS),
    window: WINDOW,
    ...figures,
  };
}

/** Nobody hears from a node that is not. */
function isReady(object: ApiObject): boolean {
  const node = object as Node;
  return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
