import type { JsonObject } from "../model/object.ts";

/**
 * `events.k8s.io/v1` and the core `v1` Event are one stored object under two sets of field names:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/conversion.go
 */
const NEW_NAMES: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount",
  reportingComponent: "reportingController",
};

const OLD_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(NEW_NAMES).map(([old, renamed]) => [renamed, old]),
);

/** A stored core Event as `events.k8s.io/v1` reads. */
export function eventFromStorage(event: Readonly<JsonObject>): JsonObject {
  return { ...rename(event, NEW_NAMES), apiVersion: "events.k8s.io/v1" };
}

/** What every core Event holds, be it empty. */
const ALWAYS: JsonObject = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
};

/** An `events.k8s.io/v1` Event as it is stored. */
export function eventToStorage(event: Readonly<JsonObject>): JsonObject {
  return { ...ALWAYS, ...rename(event, OLD_NAMES), apiVersion: "v1" };
}

function rename(event: Readonly<JsonObject>, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(Object.entries(event).map(([field, value]) => [names[field] ?? field, value]));
}
