/** How single values are written: times, maps, selectors, access modes. */
import { byText } from "../../core/by-text.ts";
import { humanDuration } from "../../core/human-duration.ts";
import type { KubernetesObject, ObjectMeta } from "../../core/object.ts";
import { controllerOf } from "../../core/owner.ts";
import type { LabelSelectorObject } from "../../core/selector.ts";
import { field, type Layout, NONE, optional, UNSET } from "./layout.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** Longer annotations go on a line of their own, and are cut there. */
const LONG_ANNOTATION = 140;

/** `Sat, 21 Nov 2026 05:16:57 +0000`, in the zone of the process; `<unset>` where there is none. */
export function timeText(timestamp: string | null | undefined): string {
  const time = new Date(timestamp ?? Number.NaN);
  if (Number.isNaN(time.getTime())) return UNSET;
  const two = (value: number): string => String(value).padStart(2, "0");
  const east = -time.getTimezoneOffset();
  const zone = `${east < 0 ? "-" : "+"}${two(Math.floor(Math.abs(east) / 60))}${two(Math.abs(east) % 60)}`;
  const day = `${DAYS[time.getDay()]}, ${two(time.getDate())} ${MONTHS[time.getMonth()]} ${time.getFullYear()}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())} ${zone}`;
}

/** How long ago it was, as in an AGE column. */
export function ageText(timestamp: string | null | undefined, now: number): string {
  const time = Date.parse(timestamp ?? "");
  return Number.isNaN(time) ? "<unknown>" : humanDuration(now - time);
}

/** Keys in the order of their bytes, which is the server's and kubectl's. */
export function sortedEntries<T>(map: Readonly<Record<string, T>> | undefined): [key: string, value: T][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => byText(a, b));
}

/** `a=1,b=2`, or `<none>`. */
export function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return orNone(mapLines(map).join(","));
}

/** `a=1`, one a line. */
export function mapLines(map: Readonly<Record<string, string>> | undefined): string[] {
  return sortedEntries(map).map(([key, value]) => `${key}=${value}`);
}

export function orNone(text: string | undefined): string {
  return text === undefined || text === "" ? NONE : text;
}

/** `True`, `False`, or `<unset>`. */
export function flagText(value: boolean | undefined): string {
  if (value === undefined) return UNSET;
  return value ? "True" : "False";
}

/** `[a b]`, as kubectl writes lists of names. */
export function listText(values: readonly unknown[] | undefined): string {
  return `[${(values ?? []).join(" ")}]`;
}

/** `app=web,tier in (a,b)`; `<none>` where a selector chooses everything. */
export function selectorText(selector: LabelSelectorObject | undefined): string {
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${[...values].sort(byText).join(",")})`;
  });
  const exact = mapLines(selector?.matchLabels);
  // By key, as the server's own text has them.
  const keyed = [...exact, ...expressions].sort((a, b) => byText(keyOf(a), keyOf(b)));
  return orNone(keyed.join(","));
}

function keyOf(requirement: string): string {
  return requirement.replace(/^!/, "").replace(/[= ].*$/, "");
}

const ACCESS_MODES = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" };

/** `RWO,RWX` */
export function accessModesText(modes: readonly string[] = []): string {
  return Object.entries(ACCESS_MODES)
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(",");
}

/** The storage class, which an annotation named before there was a field. */
export function storageClassOf(metadata: ObjectMeta | undefined, name: string | undefined): string {
  return metadata?.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? name ?? "";
}

/** `Deployment/web`, the object's controller; undefined where it has none. */
export function controllerText(object: KubernetesObject): string | undefined {
  const owner = controllerOf(object);
  return owner === undefined ? undefined : `${owner.kind}/${owner.name}`;
}

/** Name and, where it has one, namespace. */
export function identity({ metadata }: KubernetesObject): Layout {
  return [field("Name", metadata?.name ?? ""), optional("Namespace", metadata?.namespace)];
}

export function labels(metadata: ObjectMeta | undefined, label = "Labels"): Layout {
  return field(label, mapLines(metadata?.labels));
}

/**
 * The annotations, but for what kubectl noted when it applied the object: that repeats the object, a Secret's data
 * included.
 */
export function annotations(metadata: ObjectMeta | undefined): Layout {
  const lines = sortedEntries(metadata?.annotations)
    .filter(([key]) => key !== LAST_APPLIED)
    .flatMap(([key, value]) => annotationLines(key, value.replace(/\n$/, "")));
  return field("Annotations", lines);
}

function annotationLines(key: string, value: string): string[] {
  if (key.length + value.length + 2 <= LONG_ANNOTATION && !value.includes("\n")) return [`${key}: ${value}`];
  const cut = (line: string): string =>
    line.length > LONG_ANNOTATION - 2 ? `${line.slice(0, LONG_ANNOTATION - 2)}...` : line;
  return [`${key}:`, ...value.split("\n").map((line) => `  ${cut(line)}`)];
}

/** `Terminating (lasts 5m)` since the object was asked to go, else what its status says. */
export function statusText(metadata: ObjectMeta | undefined, phase: string | undefined, now: number): string {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata ?? {};
  if (deletionTimestamp === undefined) return phase ?? "";
  // The timestamp is when the grace period ends.
  return `Terminating (lasts ${ageText(deletionTimestamp, now + deletionGracePeriodSeconds * 1000)})`;
}
