/** What a side of the comparison has, without what differs from run to run. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import type { Cluster } from "../../../src/index.ts";

interface Stored {
  apiVersion?: string;
  kind: string;
  metadata: {
    name: string;
    labels?: object;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: unknown[];
    deletionTimestamp?: string;
  };
  spec?: { unschedulable?: boolean; taints?: { key?: string; timeAdded?: string }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Kinds that controllers write. */
const DERIVED = /^(events|endpoints|endpointslices|replicasets|controllerrevisions|leases)$|^\/apis\/metrics\.k8s\.io/;

/**
 * Reads by paths alone: what is compared shall not depend on how either program reads, and a process for each look would
 * take longer than all that is looked at.
 */
export class Snapshots {
  readonly #cluster: Cluster;
  #paths: Promise<readonly string[]> | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Every object of a namespace that a person decided on. */
  async namespace(namespace: string): Promise<unknown> {
    this.#paths ??= this.#namespaced();
    const lists = (await this.#paths).map((path) => this.#list(path.replace("NAMESPACE", namespace)));
    return (await Promise.all(lists))
      .flat()
      .filter(({ metadata }) => metadata.ownerReferences === undefined && metadata.deletionTimestamp === undefined)
      .map((item) => decided(item, namespace));
  }

  /** What of the cluster itself people decide on, by `Kind/name`. */
  async cluster(): Promise<Map<string, string>> {
    const lists = await Promise.all(CLUSTER_LISTS.map((path) => this.#list(path)));
    return new Map(lists.flat().map((item) => [`${item.kind}/${item.metadata.name}`, clusterEntry(item)]));
  }

  /** The lists of each namespace, by what the server serves. */
  async #namespaced(): Promise<string[]> {
    const { groups } = await this.#cluster.http.get<GroupList>("/apis");
    const roots = ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
    const served = await Promise.all(
      roots.map(async (root) => {
        const { resources } = await this.#cluster.http.get<ServedList>(root);
        return resources
          .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes("list") && !DERIVED.test(name))
          .map(({ name }) => `${root}/namespaces/NAMESPACE/${name}`);
      }),
    );
    return served.flat().filter((path) => !DERIVED.test(path));
  }

  /** Items of a list have no kind of their own. */
  async #list(path: string): Promise<Stored[]> {
    const { kind, apiVersion, items } = await this.#cluster.http.get<StoredList>(path);
    return items.map((item) => ({ ...item, apiVersion, kind: kind.replace(/List$/, "") }));
  }
}

interface GroupList {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

interface ServedList {
  readonly resources: readonly {
    readonly name: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

interface StoredList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly Stored[];
}

const CLUSTER_LISTS = [
  "/api/v1/nodes",
  "/api/v1/namespaces",
  "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  "/apis/scheduling.k8s.io/v1/priorityclasses",
  "/apis/certificates.k8s.io/v1/certificatesigningrequests",
];

function clusterEntry(item: Stored): string {
  const { kind, metadata, spec } = item;
  if (kind === "CertificateSigningRequest") {
    // Who approves one may say why in words of its own.
    return JSON.stringify((item.status?.conditions ?? []).map(({ type, status }) => ({ type, status })));
  }
  if (kind !== "Node") return JSON.stringify(decided(item, "left"));
  // The taint of a cordoned node comes from a controller, when it comes; what makes it come is compared.
  const taints = (spec?.taints ?? [])
    .filter(({ key }) => key !== "node.kubernetes.io/unschedulable")
    .map(({ timeAdded: _, ...taint }) => taint);
  return JSON.stringify({ unschedulable: spec?.unschedulable === true, taints, labels: metadata.labels }, inOrder);
}

function decided(item: Stored, namespace: string): unknown {
  const { status: _, metadata, ...rest } = item;
  const { name, labels, annotations = {}, finalizers } = metadata;
  // kubectl notes what it applied; revisions are the controller's.
  const noted = Object.entries(annotations).filter(
    ([key]) => !/last-applied-configuration|deployment\.kubernetes\.io/.test(key),
  );
  const plain = { ...rest, name, labels, annotations: Object.fromEntries(noted), finalizers };
  return JSON.parse(neutral(JSON.stringify(plain, inOrder), namespace)) as unknown;
}

/** Fields by their names: a server keeps those of a map as they came. */
function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Text without times, random names and the side's own namespace. */
export function neutral(text: string, namespace: string): string {
  return (
    text
      .replaceAll(new RegExp(`\\b${namespace}\\b`, "g"), "<namespace>")
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>")
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "<time>")
      .replace(/kube-api-access-\w+/g, "kube-api-access")
      // The id of a set is a hash of its namespace too; each tool keeps sets in its own name.
      .replace(/applyset-[\w-]{43}-v1/g, "<applyset>")
      .replace(/("applyset\.kubernetes\.io\/tooling":)"[^"]*"/g, '$1"<tool>"')
      .replace(/"(clusterIP|nodePort|healthCheckNodePort|resourceVersion)":("[^"]*"|\d+)/g, '"$1":"<given>"')
      .replace(/"clusterIPs":\[[^\]]*\]/g, '"clusterIPs":"<given>"')
  );
}

/** A table's text: ages, suffixes of names and addresses by their form, columns by one space. */
export function neutralText(text: string, namespace: string): string {
  return neutral(text, namespace)
    .replace(/\b(\d+[ydhms])+\b/g, "<age>")
    .replace(/-[0-9a-f]{8,10}-[a-z0-9]{5}\b|-[a-z0-9]{5}\b(?=\s)/g, "-<suffix>")
    .replace(/\b\d+\.\d+\.\d+\.\d+\b/g, "<address>")
    .replace(/[ \t]+/g, " ")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}

/** Files below a folder with their text. */
export function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
  return Object.fromEntries(
    names.map((name) => {
      const text = readFileSync(path.join(folder, name), "utf8");
      return [name, name === "kubeconfig" ? configOf(text) : text];
    }),
  );
}

/** Each program lays it out in its own way; older kubectls add preferences that are empty and fields that are null. */
function configOf(text: string): string {
  const { preferences: _, ...config } = load(text) as Record<string, unknown>;
  return JSON.stringify(config, (key, value: unknown) => (value === null ? undefined : inOrder(key, value)));
}
