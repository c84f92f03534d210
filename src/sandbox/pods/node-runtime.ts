import type { EventRecorder } from "../controllers/runtime/events.ts";
import { createEventRecorder } from "../controllers/runtime/events.ts";
import type { Runtime } from "../controllers/runtime/runtime.ts";
import type { ApiObject } from "../model/object.ts";
import type { ContainerRunner } from "./container-runner.ts";
import { canonicalImage } from "./images.ts";
import type { NodeSpec } from "./node.ts";
import { addressIn, nodeAddress, nodeImages, podRange } from "./node.ts";

/** What the pods of one node share: its address, the addresses that it gives out, its images. */
export interface NodeRuntime {
  readonly name: string;
  readonly address: string;
  readonly events: EventRecorder;
  /** Runs the containers that are not simulated; undefined where all are. */
  readonly runner: ContainerRunner | undefined;
  hasImage(image: string): boolean;
  addImage(image: string): void;
  /** The next free address of the node's range; undefined when all are taken. */
  takeAddress(): string | undefined;
  freeAddress(address: string): void;
}

export const KUBELET = "kubelet";
/** Marks the mirror of a static pod; the value is the static pod's uid. */
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";

/**
 * A static pod as the kubelet has read it from a file: its uid is the file's hash, whatever the server gave its mirror.
 * `kubectl describe` looks for the events of a mirror under that hash.
 */
function asKubeletHasIt(object: ApiObject): ApiObject {
  const uid = object.metadata.annotations?.[MIRROR_ANNOTATION];
  if (object.kind !== "Pod" || uid === undefined) return object;
  const { resourceVersion: _version, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, uid } };
}

export function createNodeRuntime(
  runtime: Runtime,
  spec: NodeSpec,
  index: number,
  runner?: ContainerRunner,
): NodeRuntime {
  const { registry, clock } = runtime;
  const events = createEventRecorder({
    registry,
    clock,
    component: KUBELET,
    manager: KUBELET,
    host: spec.name,
    nextName: runtime.eventName,
  });
  const images = new Set(nodeImages(spec));
  const range = podRange(spec, index);
  const size = range.endsWith("/16") ? 2 ** 16 : 2 ** 8;
  const taken = new Set<string>();
  let next = 2;
  return {
    name: spec.name,
    address: nodeAddress(index),
    runner,
    events: {
      event: (about, ...rest) => events.event(asKubeletHasIt(about), ...rest),
    },
    hasImage: (image) => images.has(canonicalImage(image)),
    addImage(image) {
      images.add(canonicalImage(image));
    },
    takeAddress() {
      for (let tries = 2; tries < size - 1; tries++) {
        const address = addressIn(range, next);
        next = next + 1 >= size - 1 ? 2 : next + 1;
        if (taken.has(address)) continue;
        taken.add(address);
        return address;
      }
      return undefined;
    },
    freeAddress(address) {
      taken.delete(address);
    },
  };
}
