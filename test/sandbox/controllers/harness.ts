import type { Clock } from "../../../src/sandbox/model/clock.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { defaultNodes, type NodeSpec } from "../../../src/sandbox/pods/node.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { Registry } from "../../../src/sandbox/storage/registry.ts";

export interface ManualClock extends Clock {
  /** Runs what falls due within the next `ms`, in order of time; tasks that those add included. */
  advance(ms: number): void;
}

export function manualClock(start: number = Date.parse("2026-11-21T00:00:00Z")): ManualClock {
  let now = start;
  let order = 0;
  const tasks = new Set<{ at: number; order: number; task: () => void }>();
  return {
    now: () => now,
    schedule(ms, task) {
      const entry = { at: now + Math.max(0, ms), order: order++, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        let next: { at: number; order: number; task: () => void } | undefined;
        for (const entry of tasks) {
          if (entry.at > end) continue;
          if (next === undefined || entry.at < next.at || (entry.at === next.at && entry.order < next.order))
            next = entry;
        }
        if (next === undefined) break;
        tasks.delete(next);
        now = next.at;
        next.task();
      }
      now = end;
    },
  };
}

export interface Cluster {
  readonly registry: Registry;
  readonly clock: ManualClock;
  readonly errors: unknown[];
  create(resource: string, object: object, namespace?: string): ApiObject;
  get(resource: string, name: string, namespace?: string): ApiObject;
  /** What the resource's watch would show from now on. */
  record(resource: string): { type: string; object: ApiObject }[];
  /** Reasons of the events about one kind, in the order in which they were first written. */
  reasons(kind: string): string[];
  /** Runs the clock in small steps until `done`; fails after `limitMs` of its time. */
  until(done: () => boolean, limitMs?: number): void;
  stop(): void;
}

/** The controllers of a sandbox, with a clock moved by hand. */
export function startCluster(nodes: readonly NodeSpec[] = defaultNodes()): Cluster {
  const clock = manualClock();
  let seed = 1;
  const random = (): number => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  let uids = 0;
  const errors: unknown[] = [];
  const sandbox = createSandbox({
    clock,
    random,
    uid: () => `00000000-0000-4000-8000-${(++uids).toString(16).padStart(12, "0")}`,
    nodes,
    addons: false,
    certificateAuthority: "the authority",
    onError: (error) => errors.push(error),
  });
  const { registry } = sandbox;
  const write = { manager: "test" };
  // the default ServiceAccount comes in the first turn; pods cannot be before it
  clock.advance(0);
  return {
    registry,
    clock,
    errors,
    create: (resource, object, namespace = "default") => registry.create(resource, namespace, object, write),
    get(resource, name, namespace = "default") {
      const found = registry.get(resource, namespace, name);
      if (found === undefined) throw new Error(`no ${resource} ${namespace}/${name}`);
      return found;
    },
    record(resource) {
      const seen: { type: string; object: ApiObject }[] = [];
      registry.subscribe(resource, ({ type, object }) => seen.push({ type, object }));
      return seen;
    },
    reasons: (kind) =>
      registry
        .list("events")
        .filter((event) => (event.involvedObject as { kind: string }).kind === kind)
        .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
        .map((event) => String(event.reason)),
    until(done, limitMs = 120_000) {
      for (let waited = 0; !done(); waited += 10) {
        if (waited >= limitMs)
          throw new Error(`not reached within ${limitMs} ms; errors: ${errors.map(String).join("; ")}`);
        clock.advance(10);
      }
    },
    stop: () => sandbox.close(),
  };
}

/** A Deployment of busybox. */
export function deployment(name: string, spec: object = {}, podSpec: object = {}): object {
  const labels = { app: name };
  return {
    metadata: { name, labels },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: template(labels, podSpec), ...spec },
  };
}

export function template(
  labels: Record<string, string>,
  podSpec: object = {},
  annotations?: Record<string, string>,
): object {
  return {
    metadata: { labels, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: "busybox:1", imagePullPolicy: "IfNotPresent", command: ["sleep", "3600"] }],
      ...podSpec,
    },
  };
}
