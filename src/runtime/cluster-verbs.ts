import type { OperationContext } from "../operations/context.ts";
import { type Make, make } from "../operations/make/make.ts";
import type { AppliedObject, ApplyManifestsOptions, ManifestSource } from "../operations/manifests/apply.ts";
import type { ObjectDiff } from "../operations/manifests/diff.ts";

/** The verbs of `k8s` itself: those that are not one resource's. Each is loaded when it is used. */
export class ClusterVerbs {
  readonly #operation: () => OperationContext;

  constructor(operation: () => OperationContext) {
    this.#operation = operation;
  }

  /**
   * Server-side apply of files, folders, YAML text or objects, in an order that works: namespaces and definitions
   * first. Nothing is written when a document cannot be read.
   */
  async apply(source: ManifestSource, options: ApplyManifestsOptions = {}): Promise<AppliedObject[]> {
    const operation = this.#operation();
    const { applyManifests } = await import("../operations/manifests/apply.ts");
    return applyManifests((resource) => operation.helperOf(resource), operation.discovery, source, options);
  }

  /** What {@link apply} would change, and nothing is: one entry for each object that differs. */
  async diff(source: ManifestSource, options: ApplyManifestsOptions = {}): Promise<ObjectDiff[]> {
    const operation = this.#operation();
    const { diffManifests } = await import("../operations/manifests/diff.ts");
    return diffManifests((resource) => operation.helperOf(resource), operation.discovery, source, options);
  }

  /**
   * `kubectl create`'s builders: plain objects, nothing is sent. Also `import { make } from "kubescript"`.
   *
   * @example
   * await k8s.deployments.create(k8s.make.deployment("web", { image: "nginx:1.29", replicas: 2 }));
   */
  get make(): Make {
    return make;
  }
}
