import { type PrintedRow, rememberRow } from "../../resources/printed.ts";
import type { Event } from "../../types/core-v1.ts";
import { lastSeenText } from "./event-times.ts";

/** The columns of `kubectl events`, wide enough for most rows when they come one by one. */
const COLUMNS: PrintedRow["columns"] = [
  { name: "Last Seen", priority: 0, width: 17 },
  { name: "Type", priority: 0, width: 7 },
  { name: "Reason", priority: 0, width: 17 },
  { name: "Object", priority: 0, width: 24 },
  { name: "Message", priority: 0 },
];

/** Has an event printed as a row of kubectl's columns. */
export function printAsRow(event: Event, now: number, everywhere: boolean): void {
  const { type = "", reason = "", message = "", involvedObject } = event;
  const object = `${involvedObject.kind ?? ""}/${involvedObject.name ?? ""}`;
  const cells = [lastSeenText(event, now), type, reason, object, message.trim()];
  rememberRow(event, { columns: COLUMNS, cells, everywhere });
}
