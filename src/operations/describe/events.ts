/** The events of an object: how they are found and how they are shown. */
import type { KubernetesObject } from "../../core/object.ts";
import type { ApiResource } from "../../core/resource.ts";
import type { Event } from "../../types/core-v1.ts";
import { lastSeen, lastSeenText } from "../events/event-times.ts";
import { field, type Layout, NONE, section, table } from "./layout.ts";
import type { Related, Surroundings } from "./related.ts";

const MIRROR = "kubernetes.io/config.mirror";

/**
 * The events about objects of a resource: about one by its name, or about all in a namespace (everywhere without one).
 * Those about objects that only had the name before are told apart by {@link isAbout}.
 */
export async function eventsOf(
  surroundings: Surroundings,
  resource: ApiResource,
  namespace: string | undefined,
  name: string | undefined,
): Promise<Related<Event>> {
  const fields: Record<string, string> = { "involvedObject.kind": resource.kind };
  if (name !== undefined) fields["involvedObject.name"] = name;
  return surroundings.list<Event>("events", resource.namespaced ? namespace : undefined, { fields });
}

/** Whether an event is about this very object. */
export function isAbout({ kind, metadata }: KubernetesObject): (event: Event) => boolean {
  const { name = "", namespace, uid = "", annotations } = metadata ?? {};
  // A kubelet knows a static pod by its manifest's hash, and itself by its name.
  const uids = new Set<string | undefined>([uid, "", undefined]);
  if (kind === "Pod" && annotations?.[MIRROR] !== undefined) uids.add(annotations[MIRROR]);
  if (kind === "Node") uids.add(name);
  return ({ involvedObject }) =>
    involvedObject.name === name &&
    (namespace === undefined || involvedObject.namespace === namespace) &&
    uids.has(involvedObject.uid);
}

/** The table of events, the latest last. */
export function eventTable(events: Related<Event>, now: number): Layout {
  if ("unread" in events) return field("Events", events.unread);
  if (events.items.length === 0) return field("Events", NONE);
  const sorted = [...events.items].sort((a, b) => secondOf(a) - secondOf(b) || version(a) - version(b));
  return section(
    "Events",
    table(
      ["Type", "Reason", "Age", "From", "Message"],
      sorted.map((event) => [
        event.type ?? "",
        event.reason ?? "",
        lastSeenText(event, now),
        event.source?.component || event.reportingComponent || "",
        message(event),
      ]),
      ["----", "------", "----", "----", "-------"],
    ),
  );
}

function message({ involvedObject, message: said = "" }: Event): string {
  const { fieldPath = "" } = involvedObject;
  return fieldPath === "" ? said.trim() : `${fieldPath}: ${said.trim()}`;
}

/** When it was seen last, in whole seconds: more most events do not tell. */
function secondOf(event: Event): number {
  return Math.floor(lastSeen(event) / 1000);
}

/** What was written later has the greater version. https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions */
function version({ metadata }: Event): number {
  return Number(metadata.resourceVersion) || 0;
}
