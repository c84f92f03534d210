import type { Clock } from "../../model/clock.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Registry } from "../../storage/registry.ts";
import type { EventRecorder } from "./events.ts";
import { createEventRecorder, eventNames } from "./events.ts";
import type { Informer } from "./informer.ts";
import { createInformer } from "./informer.ts";
import type { WorkQueue, WorkQueueOptions } from "./work-queue.ts";
import { createWorkQueue } from "./work-queue.ts";

/** What every controller is given: the registry, the clock, shared informers, queues and event recorders. */
export interface Runtime {
  readonly registry: Registry;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** One informer a resource, shared by all controllers. */
  informer<T extends ApiObject>(resource: string): Informer<T>;
  queue(handle: (key: string) => void, options?: Pick<WorkQueueOptions, "latencyMs" | "atOnce">): WorkQueue;
  recorder(component: string): EventRecorder;
  readonly eventName: (about: ApiObject) => string;
  /** Runs at stop. */
  onStop(task: () => void): void;
  /** A failure that is tried again later: for diagnosis. */
  reportError(error: unknown): void;
}

export interface RuntimeOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError?: (error: unknown) => void;
}

/** Field manager of everything that kube-controller-manager's controllers write. */
export const CONTROLLER_MANAGER = "kube-controller-manager";

/**
 * How long the controllers of workloads take to act on a change: the time of a watch's event and of a write. What a
 * request did to a pod shows in its owners that much later, as on a real cluster, not in the very next answer.
 */
export const REACTION_MS = 6;

export function createRuntime(options: RuntimeOptions): Runtime & { stop(): void } {
  const { registry, clock, random, onError } = options;
  const informers = new Map<string, Informer<ApiObject>>();
  const atStop: (() => void)[] = [];
  const eventName = eventNames(clock);
  const reportError = (error: unknown): void => onError?.(error);
  return {
    registry,
    clock,
    random,
    eventName,
    reportError,
    informer<T extends ApiObject>(resource: string): Informer<T> {
      let informer = informers.get(resource);
      if (informer === undefined) {
        informer = createInformer(registry, resource);
        informers.set(resource, informer);
      }
      return informer as unknown as Informer<T>;
    },
    queue(handle, options) {
      const queue = createWorkQueue({ clock, handle, onError: reportError, ...options });
      atStop.push(() => queue.close());
      return queue;
    },
    recorder: (component) =>
      createEventRecorder({ registry, clock, component, manager: CONTROLLER_MANAGER, nextName: eventName }),
    onStop(task) {
      atStop.push(task);
    },
    stop() {
      for (const informer of informers.values()) informer.close();
      for (const task of atStop.splice(0)) task();
    },
  };
}
