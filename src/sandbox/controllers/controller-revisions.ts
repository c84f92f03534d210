import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import type { ControllerRevision, PodTemplate } from "./kinds.ts";
import { controllerReference } from "./ownership.ts";
import type { Informer } from "./runtime/informer.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";
import { canonicalJson, templateHash } from "./template-hash.ts";

/** The label by which a pod of a StatefulSet or DaemonSet tells its revision. */
export const REVISION_LABEL = "controller-revision-hash";

export interface RevisionHistory {
  /** The revision of the owner's present template, made or renumbered if need be; it is the newest. */
  current(owner: ApiObject, template: PodTemplate): ControllerRevision;
  /** Oldest first. */
  list(owner: ApiObject): ControllerRevision[];
  /** Deletes the oldest beyond `limit`, but none that `isLive`. */
  trim(owner: ApiObject, limit: number, isLive: (revision: ControllerRevision) => boolean): void;
}

/** ControllerRevisions hold the templates of StatefulSets and DaemonSets, as patches that set them. */
export function revisionHistory(runtime: Runtime, informer: Informer<ControllerRevision>): RevisionHistory {
  const { registry } = runtime;
  const resource = "controllerrevisions.apps";
  const write = { manager: CONTROLLER_MANAGER };
  const list = (owner: ApiObject): ControllerRevision[] =>
    informer.controlledBy(owner.metadata.uid ?? "").sort((a, b) => a.revision - b.revision);
  return {
    list,
    current(owner, template) {
      const history = list(owner);
      const data = { spec: { template: { ...template, $patch: "replace" } } };
      const text = canonicalJson(data);
      const next = (history.at(-1)?.revision ?? 0) + 1;
      const same = history.find((one) => canonicalJson(one.data) === text);
      if (same !== undefined) {
        if (same === history.at(-1)) return same;
        return registry.update(resource, { ...same, revision: next }, write) as ControllerRevision;
      }
      const hash = templateHash(data);
      const { name = "", namespace = "", annotations } = owner.metadata;
      const metadata = {
        name: `${name}-${hash}`,
        labels: { ...template.metadata?.labels, [REVISION_LABEL]: hash },
        ...(annotations === undefined ? {} : { annotations: withoutLastApplied(annotations) }),
        ownerReferences: [controllerReference(owner)],
      };
      return registry.create(resource, namespace, { metadata, data, revision: next }, write) as ControllerRevision;
    },
    trim(owner, limit, isLive) {
      const dead = list(owner).filter((one) => !isLive(one));
      for (const { metadata } of dead.slice(0, Math.max(0, dead.length - limit))) {
        registry.delete(resource, metadata.namespace ?? "", metadata.name ?? "");
      }
    },
  };
}

function withoutLastApplied(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...rest } = annotations;
  return rest;
}

/** The template that a revision holds. */
export function templateOf(revision: ControllerRevision): PodTemplate | undefined {
  const spec = isJsonObject(revision.data) ? revision.data.spec : undefined;
  const template = isJsonObject(spec) ? spec.template : undefined;
  if (!isJsonObject(template)) return undefined;
  const { $patch: _, ...rest } = template;
  return rest as unknown as PodTemplate;
}
