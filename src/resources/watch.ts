import { abortError, throwIfAborted } from "../core/abort.ts";
import type { KubernetesObject } from "../core/object.ts";
import { asTable, type Target, watchRequest } from "../core/requests.ts";
import type { ApiResource } from "../core/resource.ts";
import type { ApiError, Status } from "../errors.ts";
import { apiErrorFromStatus, apiErrorFromStream } from "../transport/api-error.ts";
import { jsonLineBatches } from "../transport/json-lines.ts";
import type { StreamResponse, Transport } from "../transport/transport.ts";
import { GuardedConnection, SilenceError } from "./guarded-connection.ts";
import { typeMeta } from "./list.ts";
import type { WatchOptions } from "./options.ts";
import { fetchPage, PAGE_SIZE } from "./pages.ts";
import { WatchedRows } from "./printed.ts";
import { identityOf, Reconciler } from "./reconciler.ts";
import { isTable, type Table } from "./table.ts";
import type { Timing } from "./timing.ts";
import type { WatchEvent, WatchMarker } from "./watch-event.ts";
import { classifyFailure } from "./watch-failure.ts";
import {
  awaitsSync,
  initialWatchState,
  stepWatch,
  type WatchEffect,
  type WatchFailure,
  type WatchInput,
  type WatchState,
} from "./watch-machine.ts";

/** What is watched, and with what. */
export interface WatchSource {
  readonly transport: Transport;
  readonly timing: Timing;
  readonly resource: ApiResource;
  readonly target: Target;
  /** Asks for the objects together with how the server prints them; see `printedRow`. Default false. */
  readonly printed?: boolean | undefined;
}

/** An event as it stands on a line of a watch. */
interface WireEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: T;
}

const INITIAL_EVENTS_END = "k8s.io/initial-events-end";
/** A watch that ends sooner than this without an event is answered with a pause. */
const BRIEF_MS = 1_000;
const IDLE_TIMEOUT_MS = 90_000;
const STREAM_START_TIMEOUT_MS = 10_000;
/** Long enough for a server that answers 200 to tell with an ERROR that the version is too old: it does so at once. */
const RESUME_QUIET_MS = 1_000;

/**
 * {@link watchBatches}, one event at a time: the form that users loop over.
 */
export async function* watchCollection<T extends KubernetesObject>(
  source: WatchSource,
  options: WatchOptions = {},
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const batch of watchBatches<T>(source, options)) {
    for (const event of batch) yield event;
  }
}

/**
 * Drives the state machine: performs its effects against the transport and yields what the reconciler makes of the
 * answers, a chunk's events at a time (delegating each event through generators halves the rate). Pulled by the
 * consumer, so nothing is read ahead of it.
 * @param remember what to keep of each object for deletions that only a relist shows
 */
export function watchBatches<T extends KubernetesObject>(
  source: WatchSource,
  options: WatchOptions = {},
  remember: (object: T) => T = identityOf,
): AsyncGenerator<WatchEvent<T>[], void, undefined> {
  return new WatchDriver<T>(source, options, new Reconciler<T>(remember)).run();
}

class WatchDriver<T extends KubernetesObject> {
  readonly #source: WatchSource;
  readonly #options: WatchOptions;
  readonly #reconciler: Reconciler<T>;
  #state: WatchState;
  readonly #effects: WatchEffect[] = [];
  #events: WatchEvent<T>[] = [];
  /** Where the list goes on. */
  #continue: string | undefined;
  readonly #rows: WatchedRows<T> = new WatchedRows<T>();
  /** Of the last change in the chunk at hand, when no bookmark followed it. */
  #version: string | undefined;

  constructor(source: WatchSource, options: WatchOptions, reconciler: Reconciler<T>) {
    this.#source = source;
    this.#options = options;
    this.#reconciler = reconciler;
    this.#state = initialWatchState(options.initial !== "list");
  }

  async *run(): AsyncGenerator<WatchEvent<T>[], void, undefined> {
    this.#step({ type: "start" });
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift()) {
      throwIfAborted(this.#options.signal);
      if (effect.type === "list") await this.#list(effect.whole, effect.next);
      else if (effect.type === "watch") yield* this.#watch(effect.resourceVersion);
      else if (effect.type === "wait") await this.#pause(effect.backoffMs, effect.atLeastMs);
      else if (effect.type === "fail") throw effect.error;
      else this.#announce(effect);
      if (this.#events.length > 0) yield this.#take();
    }
  }

  #step(input: WatchInput): void {
    const { state, effects } = stepWatch(this.#state, input);
    this.#state = state;
    this.#effects.push(...effects);
  }

  #take(): WatchEvent<T>[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The effects that need no I/O. */
  #announce(effect: WatchEffect): void {
    if (effect.type === "beginSnapshot") this.#reconciler.beginSnapshot();
    else if (effect.type === "endSnapshot") this.#reconciler.endSnapshot(this.#events);
    else if (effect.type === "synced")
      this.#events.push({ type: "SYNCED", object: this.#marker(effect.resourceVersion) });
    else if (effect.type === "desynced") {
      this.#events.push({ type: "DESYNCED", object: this.#marker(undefined), reason: effect.error });
    }
  }

  async #pause(backoffMs: number, atLeastMs: number): Promise<void> {
    const { timing } = this.#source;
    await timing.sleep(Math.max(backoffMs * (1 + timing.random()), atLeastMs), this.#options.signal);
    this.#step({ type: "timer" });
  }

  async #list(whole: boolean, next: boolean): Promise<void> {
    const { labels, fields, pageSize = PAGE_SIZE, signal } = this.#options;
    try {
      const page = await fetchPage<T>(this.#source.transport, this.#source.resource, this.#source.target, {
        labels,
        fields,
        signal,
        limit: whole ? undefined : pageSize,
        continue: next ? this.#continue : undefined,
        printed: this.#source.printed,
      });
      this.#continue = page.metadata.continue || undefined;
      for (const item of page.items) this.#reconciler.present(item, this.#events);
      const resourceVersion = page.metadata.resourceVersion ?? "";
      this.#step({ type: "page", resourceVersion, more: this.#continue !== undefined });
    } catch (error) {
      this.#fail(error);
    }
  }

  async *#watch(resourceVersion: string | undefined): AsyncGenerator<WatchEvent<T>[], void, undefined> {
    const { timing } = this.#source;
    const connection = this.#connection();
    const startedAt = timing.now();
    let silent = true;
    let batches: AsyncGenerator<WireEvent<T | Table>[], void, undefined> | undefined;
    try {
      const response = await connection.unlessSilent(this.#open(resourceVersion, connection.signal));
      this.#step({ type: "opened" });
      yield* this.#ready();
      batches = jsonLineBatches<WireEvent<T | Table>>(connection.chunks(response.body));
      for (;;) {
        const coming = batches.next();
        if (awaitsSync(this.#state) && (await this.#staysQuiet(coming))) {
          this.#step({ type: "quiet" });
          yield* this.#ready();
        }
        const next = await coming;
        if (next.done === true) break;
        silent = false;
        try {
          for (const event of next.value) this.#receive(event);
        } finally {
          // What came before an ERROR in the same chunk has happened all the same.
          this.#moveVersion();
          this.#announceReady();
        }
        yield* this.#ready();
      }
      this.#step({ type: "ended", brief: silent && timing.now() - startedAt < BRIEF_MS, at: timing.now() });
    } catch (error) {
      this.#fail(connection.failure(error));
    } finally {
      connection.close();
      await batches?.return();
    }
  }

  #connection(): GuardedConnection {
    const { signal, idleTimeoutMs = IDLE_TIMEOUT_MS, streamStartTimeoutMs = STREAM_START_TIMEOUT_MS } = this.#options;
    return new GuardedConnection({
      what: "The watch's connection",
      timing: this.#source.timing,
      signal,
      limitMs: () =>
        this.#state.phase === "streaming" ? Math.min(streamStartTimeoutMs, idleTimeoutMs) : idleTimeoutMs,
    });
  }

  /**
   * Whether nothing comes for {@link RESUME_QUIET_MS}, or half of a shorter idle timeout, which would else always end
   * the connection first; what comes is left to who waits for it.
   */
  async #staysQuiet(coming: Promise<unknown>): Promise<boolean> {
    const { idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#options;
    const ms = Math.min(RESUME_QUIET_MS, idleTimeoutMs / 2);
    let cancel = (): void => {};
    const quiet = new Promise<boolean>((resolve) => {
      const timer = this.#source.timing.after(ms, () => resolve(true));
      cancel = () => timer.cancel();
    });
    try {
      return await Promise.race([quiet, coming.then(() => false)]);
    } finally {
      cancel();
    }
  }

  /** Performs the effects that do not replace the watch which is under way. */
  #announceReady(): void {
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift())
      this.#announce(effect);
  }

  *#ready(): Generator<WatchEvent<T>[], void, undefined> {
    this.#announceReady();
    if (this.#events.length > 0) yield this.#take();
  }

  #receive({ type, object: received }: WireEvent<T | Table>): void {
    const object = isTable(received) ? this.#rows.objectOf(received) : received;
    const resourceVersion = object.metadata?.resourceVersion ?? "";
    switch (type) {
      case "ADDED":
      case "MODIFIED":
        this.#reconciler.present(object, this.#events);
        this.#version = resourceVersion;
        break;
      case "DELETED":
        this.#reconciler.gone(object, this.#events);
        this.#version = resourceVersion;
        break;
      case "BOOKMARK": {
        this.#version = undefined;
        const initialEventsEnd = object.metadata?.annotations?.[INITIAL_EVENTS_END] === "true";
        this.#step({ type: "bookmark", resourceVersion, initialEventsEnd });
        this.#announceReady();
        break;
      }
      case "ERROR":
        throw this.#errorOf(object as Status & T);
    }
  }

  /** One step for a chunk's changes: only the last of their versions counts. */
  #moveVersion(): void {
    if (this.#version !== undefined) this.#step({ type: "change", resourceVersion: this.#version });
    this.#version = undefined;
  }

  async #open(resourceVersion: string | undefined, signal: AbortSignal): Promise<StreamResponse> {
    const { labels, fields, serverTimeoutSeconds } = this.#options;
    const { transport, target, timing } = this.#source;
    const initial = resourceVersion === undefined;
    const request = watchRequest(target, {
      labels,
      fields,
      resourceVersion,
      allowWatchBookmarks: true,
      sendInitialEvents: initial || undefined,
      resourceVersionMatch: initial ? "NotOlderThan" : undefined,
      timeoutSeconds: serverTimeoutSeconds ?? Math.floor(300 * (1 + timing.random())),
    });
    const printed = this.#source.printed === true ? asTable(request, "Object") : request;
    const response = await transport.stream(printed, { signal });
    if (response.status === 200) return response;
    throw await apiErrorFromStream(response, request);
  }

  #fail(error: unknown): void {
    if (this.#options.signal?.aborted === true) throw abortError(this.#options.signal);
    const streaming = this.#state.phase === "streaming";
    const failure: WatchFailure =
      streaming && error instanceof SilenceError ? { type: "unsupported", error } : classifyFailure(error, streaming);
    this.#step({ type: "failed", failure, at: this.#source.timing.now() });
  }

  #errorOf(status: Status): ApiError {
    return apiErrorFromStatus(status, status.code ?? 500, watchRequest(this.#source.target));
  }

  #marker(resourceVersion: string | undefined): WatchMarker {
    const metadata = resourceVersion === undefined ? {} : { resourceVersion };
    return { ...typeMeta(this.#source.resource), metadata };
  }
}
