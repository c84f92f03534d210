import type { Deployment, PodTemplate, ReplicaSet } from "../kinds.ts";
import { controllerReference, isReason } from "../ownership.ts";
import type { EventRecorder } from "../runtime/events.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "../runtime/runtime.ts";
import { canonicalJson, templateHash } from "../template-hash.ts";
import { REVISION } from "./annotation-names.ts";
import { newReplicaSetAnnotations, revisionOf, sizeAnnotations } from "./annotations.ts";
import { byCreation, newReplicaSetSize, sizeOf } from "./rolling.ts";
import { condition, progressDeadline, withCondition } from "./status.ts";

export const HASH_LABEL = "pod-template-hash";
const WRITE = { manager: CONTROLLER_MANAGER };
const WRITE_STATUS = { manager: CONTROLLER_MANAGER, subresource: "status" };

/** The template as the Deployment wrote it: without the label that tells ReplicaSets apart. */
function comparable(template: PodTemplate): string {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  return canonicalJson({ ...template, metadata: { ...template.metadata, labels } });
}

/** The oldest ReplicaSet of the Deployment's present template. */
export function findNewest(deployment: Deployment, owned: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = comparable(deployment.spec.template);
  return [...owned].sort(byCreation).find((one) => comparable(one.spec.template) === wanted);
}

/** A Deployment and its ReplicaSets in the course of one reconciliation: each write replaces what it wrote. */
export class Rollout {
  deployment: Deployment;
  newest: ReplicaSet | undefined;
  old: ReplicaSet[];
  readonly #runtime: Runtime;
  readonly #events: EventRecorder;

  constructor(runtime: Runtime, events: EventRecorder, deployment: Deployment, owned: readonly ReplicaSet[]) {
    this.#runtime = runtime;
    this.#events = events;
    this.deployment = deployment;
    this.newest = findNewest(deployment, owned);
    this.old = owned.filter((one) => one !== this.newest);
  }

  /** Old ones first, as upstream counts them. */
  get all(): ReplicaSet[] {
    return this.newest === undefined ? this.old : [...this.old, this.newest];
  }

  /** Brings the new ReplicaSet's revision and annotations up to date, making it first where `create` says so. */
  adoptRevision(create: boolean): void {
    const revision = Math.max(0, ...this.old.map(revisionOf)) + 1;
    if (this.newest === undefined) {
      if (create) this.#createNewest(revision);
      return;
    }
    const annotations = newReplicaSetAnnotations(this.deployment, this.newest.metadata.annotations ?? {}, revision);
    const { minReadySeconds, ...spec } = this.newest.spec;
    const wanted = this.deployment.spec.minReadySeconds;
    if (
      canonicalJson(annotations) !== canonicalJson(this.newest.metadata.annotations ?? {}) ||
      (minReadySeconds ?? 0) !== (wanted ?? 0)
    ) {
      this.newest = this.#runtime.registry.update(
        "replicasets.apps",
        {
          ...this.newest,
          metadata: { ...this.newest.metadata, annotations },
          spec: { ...spec, ...(wanted === undefined ? {} : { minReadySeconds: wanted }) },
        },
        WRITE,
      ) as ReplicaSet;
    }
    const message = `Found new replica set ${JSON.stringify(this.newest.metadata.name)}`;
    const unknown = !this.deployment.status?.conditions?.some((one) => one.type === "Progressing");
    this.#noteRevision(String(revisionOf(this.newest)), unknown ? ["FoundNewReplicaSet", message] : undefined);
  }

  #createNewest(revision: number): void {
    const { deployment } = this;
    const { template } = deployment.spec;
    const hash = templateHash(template, deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
    const { minReadySeconds, selector } = deployment.spec;
    const replicas = newReplicaSetSize(deployment, this.old, 0);
    const desired = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace,
        labels,
        annotations: newReplicaSetAnnotations(deployment, undefined, revision),
        ownerReferences: [controllerReference(deployment)],
      },
      spec: {
        replicas,
        ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
    try {
      const namespace = deployment.metadata.namespace ?? "";
      this.newest = this.#runtime.registry.create("replicasets.apps", namespace, desired, WRITE) as ReplicaSet;
    } catch (error) {
      if (isReason(error, "AlreadyExists"))
        this.#writeStatus({ collisionCount: (deployment.status?.collisionCount ?? 0) + 1 });
      else this.#noteCreateFailure(desired.metadata.name, error);
      throw error;
    }
    if (replicas > 0) this.#noteScaling(this.newest, 0, replicas);
    const message = `Created new replica set ${JSON.stringify(this.newest.metadata.name)}`;
    this.#noteRevision(String(revision), ["NewReplicaSetCreated", message]);
  }

  #noteCreateFailure(name: string, error: unknown): void {
    const message = `Failed to create new replica set ${JSON.stringify(name)}: ${error instanceof Error ? error.message : error}`;
    if (progressDeadline(this.deployment) !== undefined) {
      const failed = condition("Progressing", "False", "ReplicaSetCreateError", message, this.#runtime.clock.now());
      this.#writeStatus({ conditions: withCondition(this.deployment.status?.conditions ?? [], failed) });
    }
    this.#events.event(this.deployment, "Warning", "ReplicaSetCreateError", message);
  }

  /** The revision stands on the Deployment as an annotation, written with its status. */
  #noteRevision(revision: string, progress: [reason: string, message: string] | undefined): void {
    const { deployment } = this;
    const { annotations } = deployment.metadata;
    const tracked = progress !== undefined && progressDeadline(deployment) !== undefined;
    if (annotations?.[REVISION] === revision && !tracked) return;
    const conditions = tracked
      ? withCondition(
          deployment.status?.conditions ?? [],
          condition("Progressing", "True", progress[0], progress[1], this.#runtime.clock.now()),
        )
      : deployment.status?.conditions;
    this.deployment = this.#runtime.registry.update(
      "deployments.apps",
      {
        ...deployment,
        metadata: { ...deployment.metadata, annotations: { ...annotations, [REVISION]: revision } },
        status: { ...deployment.status, ...(conditions === undefined ? {} : { conditions }) },
      },
      WRITE_STATUS,
    ) as Deployment;
  }

  #writeStatus(status: Partial<Deployment["status"]>): void {
    this.deployment = this.#runtime.registry.update(
      "deployments.apps",
      { ...this.deployment, status: { ...this.deployment.status, ...status } },
      WRITE_STATUS,
    ) as Deployment;
  }

  /** Gives one ReplicaSet its size and the sizes' annotations; true when the size changed. */
  resize(replicaSet: ReplicaSet, replicas: number): boolean {
    const before = sizeOf(replicaSet);
    const annotations = { ...replicaSet.metadata.annotations, ...sizeAnnotations(this.deployment) };
    if (before === replicas && canonicalJson(annotations) === canonicalJson(replicaSet.metadata.annotations))
      return false;
    const updated = this.#runtime.registry.update(
      "replicasets.apps",
      { ...replicaSet, metadata: { ...replicaSet.metadata, annotations }, spec: { ...replicaSet.spec, replicas } },
      WRITE,
    ) as ReplicaSet;
    if (this.newest === replicaSet) this.newest = updated;
    this.old = this.old.map((one) => (one === replicaSet ? updated : one));
    if (before === replicas) return false;
    this.#noteScaling(updated, before, replicas);
    return true;
  }

  #noteScaling(replicaSet: ReplicaSet, from: number, to: number): void {
    const direction = to > from ? "up" : "down";
    const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${from} to ${to}`;
    this.#events.event(this.deployment, "Normal", "ScalingReplicaSet", message);
  }
}
