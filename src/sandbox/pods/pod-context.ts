import { isDeepStrictEqual } from "node:util";
import { ignoringNotFound } from "../controllers/ownership.ts";
import type { Runtime } from "../controllers/runtime/runtime.ts";
import { KUBELET, type NodeRuntime } from "./node-runtime.ts";
import type { Pod } from "./pod.ts";
import type { ContainerRuntime, PodRuntime } from "./pod-runtime.ts";
import { podStatus } from "./pod-status.ts";

/** Where a container stands in the pod. */
const FIELDS = { init: "spec.initContainers", main: "spec.containers", ephemeral: "spec.ephemeralContainers" } as const;

/**
 * One pod's state on its node, its timers, and what it tells the API. The status is written from the state in the next
 * turn of the clock, once however much changed in this one.
 */
export class PodContext {
  readonly runtime: Runtime;
  readonly node: NodeRuntime;
  readonly state: PodRuntime;
  #reporting = false;

  constructor(runtime: Runtime, node: NodeRuntime, state: PodRuntime) {
    this.runtime = runtime;
    this.node = node;
    this.state = state;
  }

  /** Runs the task on the clock unless the pod is halted before. */
  after(ms: number, task: () => void): void {
    const cancel = this.runtime.clock.schedule(ms, () => {
      this.state.timers.delete(cancel);
      try {
        task();
      } catch (error) {
        this.runtime.reportError(error);
      }
    });
    this.state.timers.add(cancel);
  }

  /** Drops all timers. */
  halt(): void {
    for (const cancel of this.state.timers) cancel();
    this.state.timers.clear();
    this.#reporting = false;
  }

  /** The state has changed: the status is to follow. */
  report(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    this.after(0, () => {
      this.#reporting = false;
      this.#write();
    });
  }

  /** An event about one container. */
  event(container: ContainerRuntime, type: "Normal" | "Warning", reason: string, message: string): void {
    const path = `${FIELDS[container.role]}{${container.spec.name}}`;
    this.node.events.event(this.state.pod, type, reason, message, path);
  }

  #write(): void {
    const { namespace = "", name = "", uid } = this.state.pod.metadata;
    const write = () =>
      this.runtime.registry.modify(
        "pods",
        namespace,
        name,
        (live) => {
          if (live.metadata.uid !== uid) return undefined;
          this.state.pod = live as Pod;
          const status = podStatus(this.state, this.runtime.clock.now());
          return isDeepStrictEqual(status, live.status) ? undefined : { ...live, status };
        },
        { manager: KUBELET, subresource: "status" },
      );
    ignoringNotFound(write);
  }
}
