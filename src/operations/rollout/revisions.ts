/**
 * The revisions that the controllers keep: a Deployment's ReplicaSets, the ControllerRevisions of the others.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/history.go
 */
import type { KubernetesObject } from "../../core/object.ts";
import { isControlledBy } from "../../core/owner.ts";
import { record } from "../../core/record.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ControllerRevision, ReplicaSet } from "../../types/apps-v1.ts";
import type { PodTemplateSpec } from "../../types/core-v1.ts";
import { sibling } from "../shared/siblings.ts";
import { authoredTemplate } from "../template/authored-template.ts";
import { specOf } from "../wait/conditions.ts";

export const REVISION_ANNOTATION = "deployment.kubernetes.io/revision";

/** One revision as it is kept. */
export interface StoredRevision {
  readonly revision: number;
  /** Of the ReplicaSet or ControllerRevision. */
  readonly name: string;
  readonly created: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Without the label that tells ReplicaSets apart. */
  readonly template: PodTemplateSpec;
}

/** Oldest first; the last is the present one. */
export async function revisionsOf(
  client: ResourceClient<KubernetesObject>,
  object: KubernetesObject,
  options: Pick<CallScope, "signal">,
): Promise<StoredRevision[]> {
  const namespace = object.metadata?.namespace ?? "";
  const labels = record(specOf(object).selector);
  const query = { labels, signal: options.signal };
  const stored =
    object.kind === "Deployment"
      ? (await sibling<ReplicaSet>(client, "replicasets.apps", namespace).list(query))
          .filter((one) => isControlledBy(one, object))
          .map(fromReplicaSet)
      : (await sibling<ControllerRevision>(client, "controllerrevisions.apps", namespace).list(query))
          .filter((one) => isControlledBy(one, object))
          .map(fromControllerRevision);
  return stored.filter(({ revision }) => revision > 0).sort((a, b) => a.revision - b.revision);
}

function fromReplicaSet({ metadata, spec }: ReplicaSet): StoredRevision {
  const annotations = metadata?.annotations ?? {};
  return {
    ...described(metadata),
    revision: Number(annotations[REVISION_ANNOTATION] ?? 0),
    template: authoredTemplate(spec?.template),
  };
}

function fromControllerRevision({ metadata, revision, data }: ControllerRevision): StoredRevision {
  const { $patch: _, ...template } = record(record(record(data).spec).template);
  return { ...described(metadata), revision, template: authoredTemplate(template) };
}

function described(metadata: KubernetesObject["metadata"]): Omit<StoredRevision, "revision" | "template"> {
  const { name = "", creationTimestamp = "", annotations = {} } = metadata ?? {};
  return { name, created: creationTimestamp, annotations };
}
