import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { ResourceList } from "../../resources/list.ts";
import type { Event } from "../../types/core-v1.ts";
import { printAsRow } from "./event-rows.ts";
import { type EventOptions, type EventSubject, eventSelection, eventSubject } from "./event-selection.ts";
import { byLastSeen } from "./event-times.ts";

/** The events that there are, in the order in which they were seen last; printed as `kubectl events` prints them. */
export async function recentEvents<T extends KubernetesObject>(
  client: ResourceClient<T>,
  options: EventOptions,
  about?: EventSubject,
): Promise<ResourceList<Event>> {
  const { events, select, everywhere, matches } = await eventSelection(client, options, about);
  const list = await events.list({ ...select, signal: options.signal });
  const chosen = list.filter(matches).sort(byLastSeen);
  const now = client.timing.now();
  for (const event of chosen) printAsRow(event, now, everywhere);
  const { apiVersion, kind, metadata } = list;
  return new ResourceList<Event>({ apiVersion, kind, metadata, items: chosen }, list.namespace);
}

/** The events about one object of the client's resource, whether it is still there or not. */
export async function eventsOf<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: Omit<EventOptions, "for">,
): Promise<ResourceList<Event>> {
  return recentEvents(client, options, eventSubject(await client.resource(), name));
}
