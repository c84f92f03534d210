import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { Scale } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { HorizontalPodAutoscaler } from "../../types/autoscaling-v2.ts";
import type { Service } from "../../types/core-v1.ts";
import type { ExposeOptions } from "../expose/expose.ts";
import { Rollout } from "../rollout/rollout.ts";
import type { AutoscaleOptions } from "../scaling/autoscale.ts";
import type { ScaleOptions } from "../scaling/scale.ts";
import { TemplateSetter } from "../template/set.ts";
import { StreamVerbs } from "./stream-verbs.ts";

/** The verbs of what runs pods by a template. */
export class WorkloadVerbs<T extends KubernetesObject = UnknownObject> extends StreamVerbs<T> {
  /**
   * `kubectl rollout`: `status`, `wait`, `history`, `undo`, `restart`, `pause`, `resume`.
   *
   * @example
   * await k8s.deployments.rollout.undo("web");
   */
  get rollout(): Rollout<T> {
    return new Rollout<T>(this);
  }

  /**
   * `kubectl set`: `image`, `env`, `resources` of the containers in a pod template.
   *
   * @example
   * await k8s.deployments.set.image("web", { web: "nginx:1.29" });
   */
  get set(): TemplateSetter<T> {
    return new TemplateSetter<T>(this);
  }

  /**
   * Sets the number of replicas, or with no number reads the Scale. Throws CONFLICT where it is not at
   * `currentReplicas` or at `resourceVersion`. With `wait` it resolves with the Scale that stands in the end, once so many
   * pods are there and ready; throws TIMEOUT, or WAIT_FAILED as soon as something else has scaled it, an autoscaler say.
   *
   * @example
   * await k8s.deployments.scale("web", 5, { currentReplicas: 3, wait: true, timeoutMs: 60_000 });
   */
  override async scale(name: string, replicas?: number | undefined, options: ScaleOptions = {}): Promise<Scale> {
    const signal = this.signalFor(options.signal);
    const plain = (write: WriteOptions): Promise<Scale> => super.scale(name, replicas, write);
    const { readScale, scale } = await import("../scaling/scale.ts");
    if (replicas === undefined) return readScale(this, name, () => plain(options));
    return scale(this, name, replicas, plain, { ...options, signal });
  }

  /**
   * Makes a HorizontalPodAutoscaler (`autoscaling/v2`) for the object.
   *
   * @example
   * await k8s.deployments.autoscale("web", { min: 2, max: 10, cpuPercent: 70 });
   */
  async autoscale(name: string, options: AutoscaleOptions): Promise<HorizontalPodAutoscaler> {
    const { autoscale } = await import("../scaling/autoscale.ts");
    return autoscale(this, name, options);
  }

  /**
   * Makes a Service for the pods of a workload, a pod or another Service: its selector, labels and ports are the object's
   * unless said otherwise. ALREADY_EXISTS where the name is taken.
   *
   * @example
   * await k8s.deployments.expose("web", { port: 80, targetPort: 8080, type: "NodePort" });
   */
  async expose(name: string, options: ExposeOptions = {}): Promise<Service> {
    const { expose } = await import("../expose/expose.ts");
    return expose(this, name, options);
  }
}
