import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import type { ControllerRevision, PodTemplate } from "./kinds.ts";
import { controllerReference } from "./ownership.ts";
import type { Informer } from "./runtime/informer.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";
import { canonicalJson } from "./template-hash.ts";

/** The label by which a pod of a StatefulSet or DaemonSet tells its revision. */
export const REVISION_LABEL = "controller-revision-hash";

export interface RevisionHistory<Owner extends ApiObject> {
  /** The revision of the owner's present template, made or renumbered if need be; it is the newest. */
  current(owner: Owner, template: PodTemplate): ControllerRevision;
  /** Oldest first. */
  list(owner: Owner): ControllerRevision[];
  /** Deletes the oldest beyond `limit`, but none that `isLive`. */
  trim(owner: Owner, limit: number, isLive: (revision: ControllerRevision) => boolean): void;
}

/** How a kind of owner names its revisions. */
export interface RevisionNaming<Owner extends ApiObject> {
  /** The label of a revision that holds its hash. */
  readonly label: string;
  /** What follows the owner's name in the revision's; `patch` is the data that the revision holds. */
  hash(owner: Owner, template: PodTemplate, patch: unknown): string;
}

/** Characters of the owner's name that a revision's name keeps. */
const NAME_LENGTH = 223;

/** ControllerRevisions hold the templates of StatefulSets and DaemonSets, as patches that set them. */
export function revisionHistory<Owner extends ApiObject>(
  runtime: Runtime,
  informer: Informer<ControllerRevision>,
  naming: RevisionNaming<Owner>,
): RevisionHistory<Owner> {
  const { registry } = runtime;
  const resource = "controllerrevisions.apps";
  const write = { manager: CONTROLLER_MANAGER };
  const list = (owner: Owner): ControllerRevision[] =>
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
      const hash = naming.hash(owner, template, data);
      const { name = "", namespace = "", annotations } = owner.metadata;
      const metadata = {
        name: `${name.slice(0, NAME_LENGTH)}-${hash}`,
        labels: { ...template.metadata?.labels, [naming.label]: hash },
        ...(annotations === undefined ? {} : { annotations }),
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

/** The template that a revision holds. */
export function templateOf(revision: ControllerRevision): PodTemplate | undefined {
  const spec = isJsonObject(revision.data) ? revision.data.spec : undefined;
  const template = isJsonObject(spec) ? spec.template : undefined;
  if (!isJsonObject(template)) return undefined;
  const { $patch: _, ...rest } = template;
  return rest as unknown as PodTemplate;
}
