import { isRecord, type Substitutions } from "./substitutions.ts";

/** Fields whose value differs from server to server and from run to run. */
const VOLATILE = new Set([
  ...["uid", "resourceVersion", "continue", "remainingItemCount", "token", "expirationTimestamp"],
  ...["podIP", "hostIP", "clusterIP", "nodePort", "containerID", "imageID"],
  ...["creationTimestamp", "deletionTimestamp", "startTime", "completionTime", "startedAt", "finishedAt", "time"],
  ...["lastTransitionTime", "lastUpdateTime", "lastProbeTime", "lastHeartbeatTime", "lastScheduleTime", "renewTime"],
  ...["firstTimestamp", "lastTimestamp", "eventTime"],
]);
const ADDRESSES = new Set([
  "podIP",
  "hostIP",
  "clusterIP",
  "ip",
  "nodePort",
  "containerID",
  "imageID",
  "image",
  "hash",
]);
const COUNTERS = new Set(["generation", "observedGeneration"]);
const NAMES = new Set(["name", "generateName", "pod-template-hash", "kubernetes.io/metadata.name"]);
const UNORDERED = new Set(["items", "rows", "nonResourceRules", "resourceRules"]);

const SCRUBS: readonly [pattern: RegExp, replacement: string][] = [
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g, "<certificate>"],
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/(resource version: |current: |ResourceVersion: )\d+/g, "$1<version>"],
  [/"[a-z0-9.-]+?-[a-z0-9]{5,10}"/g, '"<generated>"'],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, "<address>"],
  [/[0-9a-f]{64}/g, "<id>"],
  [/\.[0-9a-f]{16}\b/g, ".<number>"],
  [/^default-scheduler-\w+$/, "default-scheduler-<host>"],
  [/^\d+[smhd](\d+[smh])?$/, "<age>"],
  [/Invalid value: "\{[\s\S]*\}":/, "Invalid value: <object>:"],
];

/** A text without what is volatile in it. */
export function scrub(text: string, known: Substitutions): string {
  return SCRUBS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), known.inText(text));
}

/** A value with volatile parts replaced, object fields and unordered lists sorted. */
export function normalise(value: unknown, known: Substitutions, key = ""): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => normalise(item, known, key));
    return UNORDERED.has(key) || key === "managedFields" ? items.sort(byText) : items;
  }
  if (isRecord(value)) {
    const names = Object.keys(value).sort();
    return Object.fromEntries(
      names.map((name) => [name.startsWith("k:") ? scrub(name, known) : name, normalise(value[name], known, name)]),
    );
  }
  if (VOLATILE.has(key) && value !== null && value !== "" && value !== 0) return `<${key}>`;
  if (COUNTERS.has(key)) return "<count>";
  if (typeof value !== "string") return value;
  if (NAMES.has(key)) return scrub(known.get(value) ?? value, known);
  if (ADDRESSES.has(key) && /\d+\.\d+\.\d+\.\d+|:\/\//.test(value)) return `<${key}>`;
  return scrub(value, known);
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left).localeCompare(JSON.stringify(right));
}
