import type { ApiObject } from "../model/object.ts";
import type { Pod } from "../pods/pod.ts";
import type { PodTemplate } from "./kinds.ts";
import { controllerReference } from "./ownership.ts";
import type { EventRecorder } from "./runtime/events.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

/** Creates and deletes pods in a controller's name, with the events that tell of it. */
export interface PodControl {
  create(owner: ApiObject, template: PodTemplate, change?: (pod: NewPod) => NewPod): Pod;
  delete(owner: ApiObject, pod: Pod): void;
}

/** A pod before the server has named it. */
export interface NewPod {
  metadata: {
    name?: string;
    generateName?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences: ReturnType<typeof controllerReference>[];
  };
  spec: PodTemplate["spec"];
}

export function createPodControl(runtime: Runtime, events: EventRecorder): PodControl {
  const { registry } = runtime;
  return {
    create(owner, template, change = (pod) => pod) {
      const pod = change(podFrom(owner, template));
      try {
        const namespace = owner.metadata.namespace ?? "";
        const object = { apiVersion: "v1", kind: "Pod", ...pod };
        const created = registry.create("pods", namespace, object, { manager: CONTROLLER_MANAGER }) as Pod;
        events.event(owner, "Normal", "SuccessfulCreate", `Created pod: ${created.metadata.name}`);
        return created;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        events.event(owner, "Warning", "FailedCreate", `Error creating: ${why}`);
        throw error;
      }
    },
    delete(owner, pod) {
      const { namespace = "", name = "", uid = "" } = pod.metadata;
      if (registry.delete("pods", namespace, name, { uid }) === undefined) return;
      events.event(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${name}`);
    },
  };
}

/** A pod of the template, owned by `owner` and to be named after it. */
export function podFrom(owner: ApiObject, template: PodTemplate): NewPod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}
