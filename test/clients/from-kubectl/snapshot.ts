/** What a side of the comparison has, without what differs from run to run. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Programs } from "./programs.ts";

interface Stored {
  kind: string;
  metadata: {
    name: string;
    labels?: object;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: unknown[];
    deletionTimestamp?: string;
  };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Kinds that controllers write. */
const DERIVED = /^(events|endpoints|endpointslices|replicasets|controllerrevisions|leases|podmetrics|pods\.metrics)\b/;

/** Every object of a namespace that a person decided on. */
export function namespaceState(programs: Programs, namespace: string): unknown {
  const resources = programs
    .must(["api-resources", "--namespaced=true", "--verbs=list", "-o", "name"])
    .split("\n")
    .filter((name) => name !== "" && !DERIVED.test(name) && !name.endsWith("metrics.k8s.io"));
  const text = programs.must(["-n", namespace, "get", resources.join(","), "-o", "json"]);
  const { items } = JSON.parse(text) as { items: Stored[] };
  return items
    .filter(({ metadata }) => metadata.ownerReferences === undefined && metadata.deletionTimestamp === undefined)
    .map((item) => decided(item, namespace));
}

function decided(item: Stored, namespace: string): unknown {
  const { status: _, metadata, ...rest } = item;
  const { name, labels, annotations = {}, finalizers } = metadata;
  // kubectl notes what it applied; revisions are the controller's.
  const noted = Object.entries(annotations).filter(
    ([key]) => !/last-applied-configuration|deployment\.kubernetes\.io/.test(key),
  );
  const plain = { ...rest, name, labels, annotations: Object.fromEntries(noted), finalizers };
  return JSON.parse(neutral(JSON.stringify(plain), namespace)) as unknown;
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

/** What of the cluster itself people decide on, by `resource/name`. */
export function clusterState(programs: Programs): Map<string, string> {
  const resources = "nodes,namespaces,clusterroles,clusterrolebindings,priorityclasses,certificatesigningrequests";
  const { items } = JSON.parse(programs.must(["get", resources, "-o", "json"])) as {
    items: (Stored & { spec?: { unschedulable?: boolean; taints?: { timeAdded?: string }[] } })[];
  };
  return new Map(
    items.map((item) => {
      const { kind, metadata, spec } = item;
      const key = `${kind}/${metadata.name}`;
      if (kind === "CertificateSigningRequest") {
        // Who approves one may say why in words of its own.
        const conditions = (item.status?.conditions ?? []).map(({ type, status }) => ({ type, status }));
        return [key, JSON.stringify(conditions)];
      }
      if (kind !== "Node") return [key, JSON.stringify(decided(item, "left"))];
      const taints = (spec?.taints ?? []).map(({ timeAdded: _, ...taint }) => taint);
      return [key, JSON.stringify({ unschedulable: spec?.unschedulable === true, taints, labels: metadata.labels })];
    }),
  );
}

/** Files below a folder with their text. */
export function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
}
