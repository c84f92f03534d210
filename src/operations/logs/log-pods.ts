import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { isRecord } from "../../core/record.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import { fieldSelectorText, labelSelectorText } from "../../core/selector.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { namespaceOf, requireName } from "../../resources/scope.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";
import type { Pod } from "../../types/core-v1.ts";
import { namedObject } from "../pods/named-object.ts";
import { podsOf } from "../pods/pods-of.ts";
import { sibling } from "../shared/siblings.ts";
import type { LogOptions } from "./log-options.ts";

/** Whose logs: one name, several, or what a selector chooses. */
export type LogTarget = string | readonly string[] | SelectorOptions | undefined;

/** Pods whose logs are asked for. */
export interface LogPods {
  /** `pods "web-0"`, `deployments.apps "web"`, `pods with app=web` */
  readonly label: string;
  readonly pods: ResourceClient<Pod>;
  readonly select: SelectorOptions;
  /** The one pod that is meant. */
  readonly name?: string;
  /** Whose pods they are. */
  readonly owner?: { readonly client: ResourceClient<KubernetesObject>; readonly name: string };
  belongs(pod: Pod): Promise<boolean>;
}

/** What is done, as messages say it. */
export const READ = "read the logs of";
const all = async (): Promise<boolean> => true;

/**
 * Finds out which pods are meant; asks for owners, not yet for pods.
 * @param byName whether the target must be names: a variable that was never set is none, and not every pod
 */
export async function logPods<T extends KubernetesObject>(
  client: ResourceClient<T>,
  target: LogTarget,
  options: LogOptions,
  byName: boolean,
): Promise<LogPods[]> {
  const resource = await client.resource();
  const scoped = options.namespace === undefined ? client : client.in(options.namespace);
  const ofPods = groupResource(resource) === "pods";
  if (byName) {
    if (isRecord(target)) {
      throw new UsageError("USAGE", "Cannot read logs: whose comes as an object, and the options as another", {
        hint: 'Give a name, .logs("NAME", { … }), or select pods in the options: k8s.pods.logs({ labels: …, follow: true }).',
      });
    }
    const names: string[] = isNames(target) ? [...new Set(target)] : [target as string];
    if (names.length === 0) throw new UsageError("INVALID_INPUT", "Cannot read logs: the list of names is empty");
    for (const name of names) requireName(resource, READ, name);
    return Promise.all(names.map((name) => (ofPods ? named(scoped, name, options) : owned(scoped, name, options))));
  }
  if (!ofPods) {
    throw new UsageError("USAGE", `Cannot read the logs of ${groupResource(resource)}: none is named`, {
      hint: 'Name one, .logs("NAME"), or select pods: k8s.pods.logs({ labels: … }).',
    });
  }
  const { labels, fields } = (target ?? {}) as SelectorOptions;
  refuseMisspelledSelectors(resource, (target ?? {}) as object);
  const selected = [labelSelectorText(labels), fieldSelectorText(fields)].filter((text) => text !== undefined);
  const where = scoped.scope.type === "everywhere" ? "all namespaces" : `namespace "${scoped.scope.namespace}"`;
  const label = `${selected.length === 0 ? "the pods" : `pods with ${selected.join(" and ")}`} in ${where}`;
  return [
    { label, pods: scoped.to<Pod>(resource, namespaceOf(scoped.scope)), select: { labels, fields }, belongs: all },
  ];
}

async function named<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: LogOptions,
): Promise<LogPods> {
  const { resource, own } = await namedObject(client, name);
  if (groupResource(resource) !== "pods") {
    return owned(client.to(resource, namespaceOf(client.scope)), own, options);
  }
  const pods = client.to<Pod>(resource, namespaceOf(client.scope));
  return { label: `pods "${own}"`, pods, select: { fields: { "metadata.name": own } }, name: own, belongs: all };
}

async function owned<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  { signal }: LogOptions,
): Promise<LogPods> {
  const { label, namespace, labels, belongs } = await podsOf(client, name, READ, { signal });
  const owner = { client: client.to<KubernetesObject>(await client.resource(), namespace), name };
  return { label, pods: sibling<Pod>(client, "pods", namespace), select: { labels }, owner, belongs };
}

function isNames(target: LogTarget): target is readonly string[] {
  return Array.isArray(target);
}
