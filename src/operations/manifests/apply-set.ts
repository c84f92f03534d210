/**
 * ApplySets as kubectl keeps them: a parent object that lists kinds and namespaces, and a label on each member.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-cli/3659-kubectl-apply-prune
 */
import { createHash } from "node:crypto";
import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";

/** On members: the id of their set. */
export const PART_OF = "applyset.kubernetes.io/part-of";
const ID = "applyset.kubernetes.io/id";
const TOOLING = "applyset.kubernetes.io/tooling";
const KINDS = "applyset.kubernetes.io/contains-group-kinds";
/** What kubectl 1.27 wrote instead of the kinds. */
const RESOURCES = "applyset.kubernetes.io/contains-group-resources";
const NAMESPACES = "applyset.kubernetes.io/additional-namespaces";
/** On a CustomResourceDefinition whose objects may be parents. */
export const PARENT_TYPE = "applyset.kubernetes.io/is-parent-type";

/** The parent of a set. */
export interface ApplySetParent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly group: string;
  /** Undefined for a parent that has none. */
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What a set is said to hold: where its members are to be looked for. */
export interface ApplySetContents {
  /** `Deployment.apps`, `ConfigMap`; in a set of kubectl 1.27 `deployments.apps`. */
  readonly kinds: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
}

/** The id of a set: the value of the label on its parent and on its members. */
export function applySetId({ name, namespace = "", kind, group }: ApplySetParent): string {
  const hash = createHash("sha256").update(`${name}.${namespace}.${kind}.${group}`).digest("base64url");
  return `applyset-${hash}-v1`;
}

/** Reads what a parent lists. Throws UsageError for one that is no parent, or that another tool keeps. */
export function readParent(parent: ApplySetParent, stored: KubernetesObject, tooling: string): ApplySetContents {
  const label = `${parent.kind} "${parent.name}"`;
  const { labels = {}, annotations = {} } = stored.metadata ?? {};
  const keeper = annotations[TOOLING];
  const cannot = (what: string, hint: string): UsageError =>
    new UsageError("INVALID_INPUT", `Cannot prune by the ApplySet of ${label}: ${what}`, { hint });
  if (keeper === undefined && labels[ID] === undefined) {
    throw cannot("it exists and is not the parent of an ApplySet", "Name one that does not exist, and it is made.");
  }
  if (keeper === undefined || toolOf(keeper) !== toolOf(tooling)) {
    throw cannot(
      `it is kept by ${toolOf(keeper ?? "no tool")}, not by ${toolOf(tooling)}`,
      `Leave it to that tool, or keep it in its name, so that both can: { applySetTooling: "${toolOf(keeper ?? "kubectl")}" }.`,
    );
  }
  const id = applySetId(parent);
  if (labels[ID] !== id) {
    throw cannot(`its label ${ID} is ${labels[ID] ?? "missing"}, not ${id}`, "It may have been copied or renamed.");
  }
  const kinds = annotations[KINDS] ?? annotations[RESOURCES];
  if (kinds === undefined) {
    throw cannot(`its annotation ${KINDS} is missing`, "Without it, nobody knows which kinds its members have.");
  }
  const namespaces = split(annotations[NAMESPACES] ?? "");
  return {
    kinds: new Set(split(kinds)),
    namespaces: new Set(parent.namespace === undefined ? namespaces : [...namespaces, parent.namespace]),
  };
}

/** The parent as it is applied: a set that holds these. */
export function parentObject(
  parent: ApplySetParent,
  contents: ApplySetContents,
  stored: KubernetesObject | undefined,
  tooling: string,
): KubernetesObject {
  const { apiVersion, kind, name, namespace } = parent;
  const kept = stored?.metadata?.annotations?.[TOOLING];
  const others = [...contents.namespaces].filter((one) => one !== namespace);
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [ID]: applySetId(parent) },
      annotations: {
        // The version in it is the keeper's own.
        [TOOLING]: kept !== undefined && toolOf(kept) === toolOf(tooling) ? kept : versioned(tooling),
        [KINDS]: [...contents.kinds].sort().join(","),
        [NAMESPACES]: others.sort().join(","),
      },
    },
  };
}

/** Both sets' kinds and namespaces. */
export function union(left: ApplySetContents, right: ApplySetContents): ApplySetContents {
  return {
    kinds: new Set([...left.kinds, ...right.kinds]),
    namespaces: new Set([...left.namespaces, ...right.namespaces]),
  };
}

/** `kubectl` of `kubectl/v1.36.0`. */
function toolOf(tooling: string): string {
  const slash = tooling.lastIndexOf("/");
  return slash < 0 ? tooling : tooling.slice(0, slash);
}

/** The form is NAME/VERSION; the version is that of the way in which sets are kept. */
function versioned(tooling: string): string {
  return tooling.includes("/") ? tooling : `${tooling}/v1`;
}

/** Who owns the fields of a parent. */
export function applySetManager(tooling: string): string {
  return `${toolOf(tooling)}-applyset`;
}

function split(text: string): string[] {
  return text === "" ? [] : text.split(",");
}
