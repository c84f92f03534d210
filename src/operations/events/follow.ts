import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { objectKey } from "../../resources/list.ts";
import type { Event } from "../../types/core-v1.ts";
import { printAsRow } from "./event-rows.ts";
import { type EventOptions, eventSelection } from "./event-selection.ts";
import { byLastSeen, lastSeen } from "./event-times.ts";

/**
 * The events that there are, oldest first, then each as it comes or recurs; each occurrence once, whatever becomes of the
 * connection. Ends with the signal only.
 */
export async function* followEvents<T extends KubernetesObject>(
  client: ResourceClient<T>,
  options: EventOptions,
): AsyncGenerator<Event, void, undefined> {
  const { events, select, everywhere, matches } = await eventSelection(client, options);
  /** How each event was when it was last told: what changes only its bookkeeping is no news. */
  const told = new Map<string, string>();
  let present: Event[] | undefined = [];
  const isNews = (event: Event): boolean => {
    const key = objectKey(event.metadata);
    const state = `${event.metadata.uid} ${event.series?.count ?? event.count ?? 1} ${lastSeen(event)}`;
    if (told.get(key) === state) return false;
    told.set(key, state);
    return matches(event);
  };
  for await (const change of events.watch({ ...select, signal: options.signal })) {
    if (change.type === "DELETED") told.delete(objectKey(change.object.metadata));
    else if (change.type === "SYNCED") {
      const first = (present ?? []).sort(byLastSeen);
      present = undefined;
      for (const event of first) yield shown(event);
    } else if (change.type !== "DESYNCED" && isNews(change.object)) {
      if (present === undefined) yield shown(change.object);
      else present.push(change.object);
    }
  }

  function shown(event: Event): Event {
    printAsRow(event, client.timing.now(), everywhere);
    return event;
  }
}
