import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import { ResourceClient } from "../resources/client.ts";
import type { LogLine, LogOptions } from "./logs.ts";
import type { WaitOptions, WaitPredicate } from "./wait.ts";

/** What `k8s.pods` is: a {@link ResourceClient} with the operations that stand on it, each loaded when it is used. */
export class ResourceHelper<T extends KubernetesObject = UnknownObject> extends ResourceClient<T> {
  /**
   * Waits for an object to reach a condition and returns it in that state (undefined when it was to be gone):
   * `ready`, `available`, `complete`, `deleted`, `exists`, `rollout`, `condition=NAME[=VALUE]`,
   * `jsonpath=EXPRESSION[=VALUE]`, or a function of the object. Default time limit 30 s. Throws TIMEOUT, or
   * WAIT_FAILED as soon as the condition can no longer come true.
   */
  async wait(name: string, condition: string | WaitPredicate<T>, options: WaitOptions = {}): Promise<T | undefined> {
    const { wait } = await import("./wait.ts");
    return wait<T>(this, name, condition, options);
  }

  /**
   * The lines of a pod's log as they come. Only pods have one; on another helper it is a UsageError.
   *
   * @example
   * for await (const { line } of k8s.pods.logs("web-0", { follow: true })) log(line);
   */
  async *logs(name: string, options: LogOptions = {}): AsyncGenerator<LogLine, void, undefined> {
    const { podLogs } = await import("./logs.ts");
    yield* podLogs(this, name, options);
  }
}
