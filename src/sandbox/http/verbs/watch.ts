import type { ApiObject } from "../../model/object.ts";
import { StatusError } from "../../model/status-error.ts";
import type { StoreEvent } from "../../storage/store.ts";
import { type ListOptions, listOptions } from "../list-options.ts";
import type { Representation } from "../media-types.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb } from "../server.ts";
import { type EventStream, eventStream } from "./event-stream.ts";
import { tooLargeResourceVersion } from "./list.ts";

/** Time between two bookmarks. */
const BOOKMARK_MS = 60_000;
/** Least time that a watch lasts when the request does not say; the most is twice that. */
const LEAST_TIMEOUT_MS = 1_800_000;

export const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** GET of a collection with `watch`: one event a line until the time is up or the client hangs up. */
export const watch: Verb = (server, request) => {
  const { definition, info } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const options = listOptions(info, definition);
  const from = options.resourceVersion === "" ? 0 : Number(options.resourceVersion);
  if (options.sendInitialEvents === true && from > server.store.revision) {
    throw tooLargeResourceVersion(options.resourceVersion, server.store.revision);
  }
  const stream = eventStream();
  startWatch(server, request, options, as, stream);
  return new Response(stream.body, {
    status: 200,
    headers: { "cache-control": "no-cache, private", "content-type": `application/${as.format}` },
  });
};

function startWatch(
  server: HttpServer,
  request: ResourceRequest,
  options: ListOptions,
  as: Representation,
  stream: EventStream,
): void {
  const { definition, info } = request;
  const { store, clock, texts, renderer } = server;
  const namespace = definition.namespaced && info.namespace !== "" ? info.namespace : undefined;
  const { selects } = options;
  let first = true;
  let told = store.revision;

  const matches = (object: ApiObject): boolean =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (selects === undefined || selects(texts.read(definition, object)));

  function send(type: string, object: ApiObject): void {
    const shown = renderer.eventObject(definition, object, as, info.query, first);
    first = false;
    stream.write(`{"type":"${type}","object":${shown}}\n`);
  }

  function fail(error: StatusError): void {
    stream.write(`{"type":"ERROR","object":${JSON.stringify(error.status)}}\n`);
    stream.end();
  }

  /** Runs inside of the write that it tells of, so what goes wrong here must end the watch and not the write. */
  function follow(event: StoreEvent): void {
    try {
      const seen = seenBy(event, matches);
      if (seen !== undefined) send(seen.type, seen.object);
      told = event.revision;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      fail(new StatusError(500, "InternalError", `Internal error occurred: ${reason}`));
    }
  }

  function bookmark(annotations?: Readonly<Record<string, string>>): void {
    told = store.revision;
    stream.write(`{"type":"BOOKMARK","object":${renderer.bookmark(definition, told, annotations, as)}}\n`);
  }

  const asked = Number(options.resourceVersion);
  const fromNow = options.sendInitialEvents === false && asked === 0;
  if (asked === 0 || options.sendInitialEvents === true) {
    if (!fromNow)
      for (const object of store.list(definition.storageKey, namespace)) if (matches(object)) send("ADDED", object);
    if (options.sendInitialEvents === true && options.allowWatchBookmarks) bookmark({ [INITIAL_EVENTS_END]: "true" });
  } else {
    const missed = store.since(definition.storageKey, asked);
    if (missed === undefined) {
      fail(expired(asked, store.revision));
      return;
    }
    for (const event of missed) follow(event);
  }

  const timeoutMs =
    options.timeoutSeconds !== undefined && options.timeoutSeconds > 0
      ? options.timeoutSeconds * 1000
      : LEAST_TIMEOUT_MS * (1 + server.random());
  const releases = [
    // a client that is ahead of this server hears only of what it has not seen
    store.subscribe(definition.storageKey, (event) => {
      if (event.revision > asked) follow(event);
    }),
    clock.schedule(timeoutMs, () => {
      if (options.allowWatchBookmarks && store.revision > told) bookmark();
      stream.end();
    }),
  ];
  if (options.allowWatchBookmarks) releases.push(every(server, BOOKMARK_MS, () => bookmark()));
  stream.onEnd(() => {
    for (const release of releases) release();
  });
}

/** The event as a watch with this selection sees it: entering the selection is ADDED, leaving it DELETED. */
function seenBy(
  event: StoreEvent,
  matches: (object: ApiObject) => boolean,
): { type: StoreEvent["type"]; object: ApiObject } | undefined {
  const { object, previous, type } = event;
  const was = previous !== undefined && matches(previous);
  if (type === "DELETED") return was ? { type, object } : undefined;
  const is = matches(object);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object };
  if (!was) return undefined;
  // what left is shown as it last was, at the version that took it away
  const { resourceVersion } = object.metadata;
  const metadata = { ...previous.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return { type: "DELETED", object: { ...previous, metadata } };
}

function every({ clock }: HttpServer, ms: number, task: () => void): () => void {
  let cancel = clock.schedule(ms, tick);
  function tick(): void {
    task();
    cancel = clock.schedule(ms, tick);
  }
  return () => cancel();
}

/** The 410 of a version that the history no longer reaches back to. */
function expired(asked: number, current: number): StatusError {
  return new StatusError(410, "Expired", `too old resource version: ${asked} (${current})`);
}
