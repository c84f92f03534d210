import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope, WriteOptions } from "../../resources/options.ts";
import { LiveStream } from "../shared/live-stream.ts";
import type { Revision } from "./history.ts";
import type { RolloutProgress, RolloutStatusOptions, RolloutWaitOptions } from "./progress.ts";
import type { UndoOptions } from "./undo.ts";

/** `kubectl rollout` on Deployments, DaemonSets and StatefulSets: what `k8s.deployments.rollout` is. */
export class Rollout<T extends KubernetesObject> {
  readonly #client: ResourceClient<T>;

  constructor(client: ResourceClient<T>) {
    this.#client = client;
  }

  /**
   * How the rollout goes on, from its present state until it is done. Throws WAIT_FAILED as soon as it has failed (a
   * Deployment's progress deadline), is at another `revision` than was asked for, or its object is deleted, and TIMEOUT
   * after `timeoutMs`. With `watch: false` it is the present state alone.
   *
   * @example
   * for await (const { message } of k8s.deployments.rollout.status("web")) log(message);
   */
  status(name: string, options: RolloutStatusOptions = {}): LiveStream<RolloutProgress> {
    const client = this.#client;
    const steps = async function* (signal: AbortSignal): AsyncGenerator<RolloutProgress[], void, undefined> {
      const { followRollout } = await import("./progress.ts");
      for await (const { progress } of followRollout(client, name, { ...options, signal })) yield [progress];
    };
    return new LiveStream(steps, client.signalFor(options.signal));
  }

  /**
   * Waits for the rollout to be done and returns the object in that state; throws as {@link status} does. On a dry-run
   * handle and in a plan, where nothing rolls out, it is the object as it is.
   *
   * @example
   * const { status } = await k8s.deployments.rollout.wait("web", { timeoutMs: 120_000 });
   */
  async wait(name: string, options: RolloutWaitOptions = {}): Promise<T> {
    const signal = this.#client.signalFor(options.signal);
    const { awaitRollout } = await import("./progress.ts");
    return awaitRollout(this.#client, name, { ...options, signal });
  }

  /**
   * The revisions that are kept, oldest first: each with its cause (the annotation `kubernetes.io/change-cause`) and
   * what it changed of the pod template.
   *
   * @example
   * const [latest] = (await k8s.deployments.rollout.history("web")).reverse();
   */
  async history(name: string, options: CallScope = {}): Promise<Revision[]> {
    const { rolloutHistory } = await import("./history.ts");
    return rolloutHistory(this.#client, name, options);
  }

  /**
   * Goes back to the revision before the present one, or to `toRevision`. Nothing is written where the template is
   * that of the revision already. Throws UsageError for a paused Deployment and for a revision that is not kept.
   *
   * @example
   * await k8s.deployments.rollout.undo("web", { toRevision: 2 });
   */
  async undo(name: string, options: UndoOptions = {}): Promise<T> {
    const { undoRollout } = await import("./undo.ts");
    return undoRollout(this.#client, name, options);
  }

  /**
   * Replaces every pod by the strategy of the object, by a new `kubectl.kubernetes.io/restartedAt` in its template.
   *
   * @example
   * await k8s.deployments.rollout.restart("web");
   */
  async restart(name: string, options: WriteOptions = {}): Promise<T> {
    const { restartRollout } = await import("./restart.ts");
    return restartRollout(this.#client, name, options);
  }

  /**
   * Holds a Deployment's rollout: changes of its template wait until it is resumed. One that is paused stays so.
   *
   * @example
   * await k8s.deployments.rollout.pause("web");
   */
  async pause(name: string, options: WriteOptions = {}): Promise<T> {
    const { setPaused } = await import("./pause.ts");
    return setPaused(this.#client, name, true, options);
  }

  /**
   * Lets a paused Deployment roll out again.
   *
   * @example
   * await k8s.deployments.rollout.resume("web");
   */
  async resume(name: string, options: WriteOptions = {}): Promise<T> {
    const { setPaused } = await import("./pause.ts");
    return setPaused(this.#client, name, false, options);
  }
}
