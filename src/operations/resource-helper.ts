import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import { NodeVerbs } from "./helper/node-verbs.ts";
import type { KeyChanges, LabelOptions } from "./label.ts";
import type { WaitOptions, WaitPredicate } from "./wait/wait.ts";

/**
 * What `k8s.pods` is: a resource's client with the operations that stand on it, each loaded when it is used. Those of
 * pods, workloads and nodes are in `helper/`; here are the ones of any object.
 */
export class ResourceHelper<T extends KubernetesObject = UnknownObject> extends NodeVerbs<T> {
  /**
   * Waits for an object to reach a condition and returns it in that state (undefined when it was to be gone):
   * `ready`, `available`, `complete`, `deleted`, `exists`, `rollout`, `condition=NAME[=VALUE]`,
   * `jsonpath=EXPRESSION[=VALUE]`, or a function of the object. Default time limit 30 s. Throws TIMEOUT, or
   * WAIT_FAILED as soon as the condition can no longer come true.
   */
  async wait(name: string, condition: string | WaitPredicate<T>, options: WaitOptions = {}): Promise<T | undefined> {
    const { wait } = await import("./wait/wait.ts");
    return wait<T>(this, name, condition, options);
  }

  /**
   * Sets and removes labels as `kubectl label` does: a value that is there already is only changed with `overwrite`.
   *
   * @example
   * await k8s.pods.label("web-0", ["tier=front", "canary-"], { overwrite: true });
   */
  async label(name: string, changes: KeyChanges, options: LabelOptions = {}): Promise<T> {
    const { changeKeys } = await import("./label.ts");
    return changeKeys<T>(this, name, "labels", changes, options);
  }

  /**
   * Sets and removes annotations as `kubectl annotate` does; see {@link label}.
   *
   * @example
   * await k8s.deployments.annotate("web", { "kubernetes.io/change-cause": "new logo" }, { overwrite: true });
   */
  async annotate(name: string, changes: KeyChanges, options: LabelOptions = {}): Promise<T> {
    const { changeKeys } = await import("./label.ts");
    return changeKeys<T>(this, name, "annotations", changes, options);
  }
}
