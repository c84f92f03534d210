import type { Clock } from "../../model/clock.ts";
import { formatMicroTime, formatTime } from "../../model/clock.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Registry } from "../../storage/registry.ts";

/** Writes `core/v1` Events in one component's name; the same event again raises the count of the first. */
export interface EventRecorder {
  event(about: ApiObject, type: "Normal" | "Warning", reason: string, message: string, fieldPath?: string): void;
}

export interface RecorderOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** `deployment-controller`, `kubelet` … */
  readonly component: string;
  /** Field manager of the writes. */
  readonly manager: string;
  /** The node, of a kubelet's event. */
  readonly host?: string;
  readonly nextName: (about: ApiObject) => string;
}

/** How many recent events a recorder remembers for counting, as client-go's correlator. */
const REMEMBERED = 4096;

/** `namespace` of the events about a cluster-scoped object. */
function namespaceFor(about: ApiObject): string {
  return about.metadata.namespace ?? "default";
}

/** What an event says it is about. */
export function referenceTo(about: ApiObject, fieldPath?: string): Record<string, unknown> {
  const { namespace, name, uid, resourceVersion } = about.metadata;
  return {
    kind: about.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    uid,
    apiVersion: about.apiVersion,
    resourceVersion,
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

export function createEventRecorder(options: RecorderOptions): EventRecorder {
  const { registry, clock, component, manager, host, nextName } = options;
  const seen = new Map<string, string>();
  return {
    event(about, type, reason, message, fieldPath) {
      const namespace = namespaceFor(about);
      const identity = JSON.stringify([about.metadata.uid, type, reason, message, fieldPath]);
      const now = formatTime(clock.now());
      const earlier = seen.get(identity);
      if (earlier !== undefined && registry.get("events", namespace, earlier) !== undefined) {
        const again = (event: ApiObject): ApiObject => ({
          ...event,
          count: Number(event.count ?? 1) + 1,
          lastTimestamp: now,
        });
        registry.modify("events", namespace, earlier, again, { manager });
        return;
      }
      const name = nextName(about);
      const event = {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name, namespace },
        involvedObject: referenceTo(about, fieldPath),
        reason,
        message,
        source: { component, ...(host === undefined ? {} : { host }) },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        type,
        eventTime: null,
        reportingComponent: component,
        reportingInstance: host ?? "",
      };
      if (!write(() => registry.create("events", namespace, event, { manager }))) return;
      seen.delete(identity);
      seen.set(identity, name);
      if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value ?? "");
    },
  };
}

/** Events in the form of `events.k8s.io`, as the scheduler writes them: an action and a fine time instead of counts. */
export interface ActionRecorder {
  event(about: ApiObject, type: "Normal" | "Warning", reason: string, action: string, note: string): void;
}

export function createActionRecorder(options: Omit<RecorderOptions, "host"> & { instance: string }): ActionRecorder {
  const { registry, clock, component, manager, instance, nextName } = options;
  return {
    event(about, type, reason, action, note) {
      const namespace = namespaceFor(about);
      const event = {
        metadata: { name: nextName(about), namespace },
        eventTime: formatMicroTime(clock.now()),
        reportingController: component,
        reportingInstance: instance,
        action,
        reason,
        regarding: referenceTo(about),
        note,
        type,
      };
      write(() => registry.create("events", namespace, event, { manager, apiVersion: "events.k8s.io/v1" }));
    },
  };
}

/** An event that cannot be written (its namespace is going away, say) must not fail what it tells of. */
function write(create: () => ApiObject): boolean {
  try {
    create();
    return true;
  } catch {
    return false;
  }
}

/** Names events after their object and a strictly growing time in nanoseconds, as client-go does. */
export function eventNames(clock: Clock): (about: ApiObject) => string {
  let last = 0n;
  return (about) => {
    const now = BigInt(clock.now()) * 1_000_000n;
    last = now > last ? now : last + 1n;
    return `${about.metadata.name}.${last.toString(16)}`;
  };
}
