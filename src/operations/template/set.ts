import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { EnvChanges, SetContainersOptions } from "./set-env.ts";
import type { ResourceAmounts } from "./set-resources.ts";

/** `kubectl set` on whatever has a pod template: what `k8s.deployments.set` is. */
export class TemplateSetter<T extends KubernetesObject> {
  readonly #client: ResourceClient<T>;

  constructor(client: ResourceClient<T>) {
    this.#client = client;
  }

  /**
   * Gives containers other images, by the containers' names; `"*"` stands for all of them. Throws UsageError for a
   * container that is not there.
   *
   * @example
   * await k8s.deployments.set.image("web", { web: "nginx:1.29", "*": "nginx:1.28" });
   */
  async image(name: string, images: Readonly<Record<string, string>>, options: WriteOptions = {}): Promise<T> {
    const { setImages } = await import("./set-image.ts");
    return setImages(this.#client, name, images, options);
  }

  /**
   * Sets environment variables, to a text or to a source; `null` removes one. In all containers (not the init
   * containers) unless `containers` names some.
   *
   * @example
   * await k8s.deployments.set.env("web", {
   *   LOG_LEVEL: "debug",
   *   PASSWORD: { secretKeyRef: { name: "web", key: "password" } },
   *   OLD: null,
   * });
   */
  async env(name: string, changes: EnvChanges, options: SetContainersOptions = {}): Promise<T> {
    const { setEnv } = await import("./set-env.ts");
    return setEnv(this.#client, name, changes, options);
  }

  /**
   * Sets requests and limits; `null` removes one, what is not named stays. In all containers (not the init containers)
   * unless `containers` names some.
   *
   * @example
   * await k8s.deployments.set.resources("web", { requests: { cpu: "100m" }, limits: { memory: "256Mi" } });
   */
  async resources(name: string, amounts: ResourceAmounts, options: SetContainersOptions = {}): Promise<T> {
    const { setResources } = await import("./set-resources.ts");
    return setResources(this.#client, name, amounts, options);
  }
}
