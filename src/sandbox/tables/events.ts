import type { ApiObject } from "../model/object.ts";
import { numberAt, objectAt, stringAt } from "../schema/fields.ts";
import { column, printer, wide } from "./columns.ts";
import { since, UNKNOWN } from "./format.ts";
import type { TablePrinter } from "./table.ts";

/** Events of both groups; `events.k8s.io` names the same fields otherwise. */
export const EVENT_PRINTER: TablePrinter = printer(
  [
    column("Last Seen"),
    column("Type"),
    column("Reason"),
    column("Object"),
    wide("Subobject"),
    wide("Source"),
    column("Message"),
    wide("First Seen"),
    wide("Count"),
    wide("Name"),
  ],
  (event, now) => {
    const series = objectAt(event, "series");
    const occurred = since(event.eventTime, now);
    const first = or(since(event.firstTimestamp ?? event.deprecatedFirstTimestamp, now), occurred);
    const last = or(since(event.lastTimestamp ?? event.deprecatedLastTimestamp, now), first);
    const regarding = objectAt(event, "involvedObject") ?? objectAt(event, "regarding");
    const kind = stringAt(regarding, "kind").toLowerCase();
    const name = stringAt(regarding, "name");
    const count = numberAt(event, "count") ?? numberAt(event, "deprecatedCount") ?? 0;
    return [
      series === undefined ? last : since(series.lastObservedTime, now),
      stringAt(event, "type"),
      stringAt(event, "reason"),
      name === "" ? kind : `${kind}/${name}`,
      stringAt(regarding, "fieldPath"),
      source(event),
      (stringAt(event, "message") || stringAt(event, "note")).trim(),
      first,
      // an event without a count happened once
      (series === undefined ? count : numberAt(series, "count")) || 1,
      event.metadata.name,
    ];
  },
);

function source(event: ApiObject): string {
  const from = objectAt(event, "source") ?? objectAt(event, "deprecatedSource");
  const component = stringAt(from, "component");
  const parts =
    component === ""
      ? [
          stringAt(event, "reportingComponent") || stringAt(event, "reportingController"),
          stringAt(event, "reportingInstance"),
        ]
      : [component, stringAt(from, "host")];
  return parts.filter((part) => part !== "").join(", ");
}

function or(text: string, otherwise: string): string {
  return text === UNKNOWN ? otherwise : text;
}
