import { afterEach, beforeEach, expect, test } from "vitest";
import { lastSeenText } from "../../src/operations/events/event-times.ts";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import { render } from "../../src/repl/render/output.ts";
import { printLive } from "../../src/repl/watch-view.ts";
import type { Event, Pod } from "../../src/types/core-v1.ts";
import { lineSink } from "../support/line-sink.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;
let events: ResourceHelper<Event>;

beforeEach(() => {
  cluster = movingSandbox({ nodes: [] });
  events = cluster.helper<Event>("events");
});
afterEach(() => cluster.close());

/** RFC 3339 so many seconds before the sandbox's time. */
const ago = (seconds: number): string => new Date(cluster.now() - seconds * 1000).toISOString();
const second = (text: string): string => text.replace(/\.\d+Z$/, "Z");
const micro = (text: string): string => text.replace(/Z$/, "000Z");

function event(name: string, about: string, fields: Partial<Event> = {}): Event {
  const [kind = "", object = ""] = about.split("/");
  return {
    metadata: { name, namespace: "default" },
    involvedObject: { kind, name: object, namespace: "default", apiVersion: "v1" },
    type: "Normal",
    reason: "Seen",
    message: `about ${about}`,
    reportingComponent: "test",
    reportingInstance: "test",
    action: "Test",
    ...fields,
  };
}
const names = (list: readonly Event[]): string[] => list.map(({ metadata }) => metadata.name ?? "");

test("events stand in the order in which they were seen last, by whichever field says so", async () => {
  await events.create(
    event("old-style", "Pod/a", { firstTimestamp: second(ago(600)), lastTimestamp: second(ago(60)) }),
  );
  await events.create(event("single", "Pod/a", { eventTime: micro(ago(300)) }));
  const series = { count: 4, lastObservedTime: micro(ago(30)) };
  await events.create(event("series", "Pod/a", { eventTime: micro(ago(900)), series }));
  await events.create(event("newest", "Pod/a", { eventTime: micro(ago(5)) }));
  expect(names(await events.recent())).toEqual(["single", "old-style", "series", "newest"]);
});

test("LAST SEEN is kubectl's, for events that recur by count or by series and for those that do not", () => {
  const now = cluster.now();
  const seen = (fields: Partial<Event>): string => lastSeenText(event("e", "Pod/a", fields), now);
  expect(seen({ eventTime: micro(ago(5)) })).toBe("5s");
  expect(seen({ firstTimestamp: second(ago(90)), lastTimestamp: second(ago(90)), count: 1 })).toBe("90s");
  expect(seen({ firstTimestamp: second(ago(720)), lastTimestamp: second(ago(60)), count: 3 })).toBe(
    "60s (x3 over 12m)",
  );
  const series = { count: 7, lastObservedTime: micro(ago(20)) };
  expect(seen({ eventTime: micro(ago(300)), series })).toBe("20s (x7 over 5m)");
  expect(seen({})).toBe("<unknown>");
});

test("for, types and since choose, the same kind of another group is another thing", async () => {
  await events.create(event("a", "Pod/web", { eventTime: micro(ago(500)) }));
  await events.create(event("b", "Pod/web", { eventTime: micro(ago(50)), type: "Warning" }));
  await events.create(event("c", "Pod/other", { eventTime: micro(ago(40)), type: "Warning" }));
  const strange = { kind: "Pod", name: "web", namespace: "default", apiVersion: "peas.example.com/v1" };
  await events.create(event("d", "Pod/web", { eventTime: micro(ago(30)), involvedObject: strange }));
  expect(names(await events.recent({ for: "po/web" }))).toEqual(["a", "b"]);
  expect(
    names(await events.recent({ for: { kind: "Pod", apiVersion: "v1", metadata: { name: "web" } } })),
  ).toHaveLength(2);
  expect(names(await events.recent({ types: ["warning"] }))).toEqual(["b", "c"]);
  expect(names(await events.recent({ since: "1m" }))).toEqual(["b", "c", "d"]);
  expect(names(await cluster.helper<Pod>("pods").events("web", { types: "Warning" }))).toEqual(["b"]);
  const [request] = cluster.requests.filter((line) => line.includes("involvedObject"));
  expect(request).toContain("involvedObject.kind%3DPod%2CinvolvedObject.name%3Dweb");
});

test("the events of what has no namespace are found in default, from any namespace", async () => {
  const about = { kind: "Node", name: "n1" };
  await events.create(event("rebooted", "Node/n1", { involvedObject: about, eventTime: micro(ago(5)) }));
  expect(names(await cluster.helper("nodes", "kube-system").events("n1"))).toEqual(["rebooted"]);
  expect(names(await cluster.helper<Event>("events", "kube-system").recent({ for: "node/n1" }))).toEqual(["rebooted"]);
});

test("what cannot be meant is refused with what can", async () => {
  await expect(events.recent({ types: "Error" })).rejects.toMatchObject({ hint: "There are Normal and Warning." });
  await expect(events.recent({ for: "web" })).rejects.toMatchObject({ hint: expect.stringContaining("TYPE/NAME") });
  await expect(events.recent({ for: "wbe/web" })).rejects.toMatchObject({ code: "UNKNOWN_RESOURCE" });
  await expect(cluster.helper("pods").follow().next()).rejects.toMatchObject({
    message: "Cannot list or follow events by pods: only k8s.events has that",
    hint: expect.stringContaining('k8s.events.follow({ for: "pods/NAME" })'),
  });
});

test("follow gives what there is, then each occurrence once, over cut watches, until it is left", async () => {
  await events.create(event("a", "Pod/web", { eventTime: micro(ago(10)) }));
  await events.create(
    event("b", "Pod/web", { firstTimestamp: second(ago(60)), lastTimestamp: second(ago(60)), count: 1 }),
  );
  const got: string[] = [];
  const stream = events.follow({ for: "pod/web" });
  const reading = (async () => {
    for await (const { metadata, count } of stream) got.push(`${metadata.name} ${count ?? 1}`);
  })();
  await cluster.until(() => got.length === 2);
  expect(got).toEqual(["b 1", "a 1"]);
  cluster.sandbox.faults.cutStreams({ resource: "events" });
  await events.patch("b", { metadata: { annotations: { seen: "true" } } });
  await events.patch("b", { count: 2, lastTimestamp: second(ago(0)) });
  await events.create(event("other", "Pod/other", { eventTime: micro(ago(0)) }));
  await cluster.until(() => got.length === 3);
  cluster.sandbox.faults.compactHistory();
  cluster.sandbox.faults.cutStreams({ resource: "events" });
  await events.create(event("c", "Pod/web", { eventTime: micro(ago(0)) }));
  await cluster.until(() => got.length === 4);
  expect(got.slice(2)).toEqual(["b 2", "c 1"]);
  await cluster.settled(stream.return());
  await cluster.settled(reading);
  expect(cluster.sandbox.faults.cutStreams({})).toBe(0);
});

test("both are printed in kubectl's columns, and no message steers the terminal", async () => {
  const message = "Back-off \u001b[31mred\r\n";
  await events.create(
    event("a", "Pod/web", { eventTime: micro(ago(10)), type: "Warning", reason: "BackOff", message }),
  );
  const settings = { format: { type: "table", wide: false }, color: false, now: cluster.now() } as const;
  expect((await render(await events.recent(), settings))?.split("\n")).toEqual([
    "LAST SEEN   TYPE      REASON    OBJECT    MESSAGE",
    "10s         Warning   BackOff   Pod/web   Back-off ^[[31mred",
  ]);
  expect((await render(await events.everywhere.recent(), settings))?.split("\n")[0]).toMatch(/^NAMESPACE +LAST SEEN/);
  expect(await render(await events.recent({ types: "Normal" }), settings)).toBe(
    "No resources found in default namespace.",
  );
  const { stream, lines } = lineSink();
  const stop = new AbortController();
  const printing = printLive(events.follow(), { ...settings, signal: stop.signal }, stream);
  printing.catch(() => undefined);
  await cluster.until(() => lines.length === 2);
  expect(lines[0]).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE$/);
  expect(lines[1]).toMatch(/^10s +Warning +BackOff +Pod\/web +Back-off/);
  stop.abort();
  await expect(cluster.settled(printing)).rejects.toMatchObject({ code: "ABORTED" });
});
