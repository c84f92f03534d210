import type { KubernetesObject } from "../../src/core/object.ts";
import { type ApiRequest, requestTarget } from "../../src/core/request.ts";
import { requestInfo } from "../../src/core/request-info.ts";
import { parseFieldSelector } from "../../src/core/selector.ts";
import { AbortError, ConnectionError } from "../../src/errors.ts";
import type { Timing } from "../../src/resources/timing.ts";
import type {
  ApiResponse,
  CallOptions,
  ChannelSocket,
  StreamResponse,
  Transport,
  UpgradeResponse,
} from "../../src/transport/transport.ts";

type StoredObject = KubernetesObject & {
  metadata: { name: string; namespace: string; uid: string; resourceVersion: string };
  value: number;
};

interface Change {
  revision: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: StoredObject;
}

/** What the next request meets instead of an answer. */
export type Fault = "refused" | "overloaded" | "unavailable" | "expired" | "forbidden";

/** A watch that a client has open: lines go in, the connection may be ended or cut. */
class OpenWatch {
  readonly #queue: (Uint8Array | "end" | Error)[] = [];
  #wake: (() => void) | undefined;
  closed = false;

  constructor(signal: AbortSignal | undefined) {
    signal?.addEventListener("abort", () => this.push(new AbortError()), { once: true });
  }

  push(item: Uint8Array | "end" | Error): void {
    this.#queue.push(item);
    this.#wake?.();
  }

  /** What is queued arrives as one chunk, as on a real connection. */
  #joined(first: Uint8Array): Uint8Array {
    const parts = [first];
    for (let next = this.#queue[0]; next instanceof Uint8Array; next = this.#queue[0]) {
      parts.push(next);
      this.#queue.shift();
    }
    return Buffer.concat(parts);
  }

  async *body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const item = this.#queue.shift();
        if (item === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
        else if (item === "end") return;
        else if (item instanceof Error) throw item;
        else yield this.#joined(item);
      }
    } finally {
      this.closed = true;
    }
  }
}

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const line = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value)}\n`);

/** One namespace of pods with versions, pages, watches with history, and faults on demand. */
export class FakeServer implements Transport {
  readonly requests: string[] = [];
  readonly faults: Fault[] = [];
  streamsLists = true;
  #revision = 10;
  #compacted = 0;
  readonly #objects = new Map<string, StoredObject>();
  readonly #history: Change[] = [];
  #watches: OpenWatch[] = [];

  get state(): StoredObject[] {
    return [...this.#objects.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  get openWatches(): number {
    return this.#watches.filter(({ closed }) => !closed).length;
  }

  set(name: string, value: number, labels?: Record<string, string>): void {
    const before = this.#objects.get(name);
    const revision = ++this.#revision;
    const uid = before?.metadata.uid ?? `uid-${revision}`;
    const metadata = { name, namespace: "a", uid, resourceVersion: String(revision), ...(labels && { labels }) };
    const object: StoredObject = { apiVersion: "v1", kind: "Pod", metadata, value };
    this.#objects.set(name, object);
    this.#record({ revision, type: before === undefined ? "ADDED" : "MODIFIED", object });
  }

  remove(name: string): void {
    const before = this.#objects.get(name);
    if (before === undefined) return;
    const revision = ++this.#revision;
    this.#objects.delete(name);
    this.#record({
      revision,
      type: "DELETED",
      object: { ...before, metadata: { ...before.metadata, resourceVersion: String(revision) } },
    });
  }

  /** Forgets the history: versions so far can no longer be resumed from. */
  compact(): void {
    this.#revision += 1;
    this.#compacted = this.#revision;
  }

  bookmark(): void {
    this.#broadcast(
      line({
        type: "BOOKMARK",
        object: { kind: "Pod", apiVersion: "v1", metadata: { resourceVersion: String(this.#revision) } },
      }),
    );
  }

  /** Ends every open watch: in good order, by a lost connection, within a line, or with an ERROR event. */
  interrupt(how: "end" | "cut" | "tear" | "error410" | "error500"): void {
    if (how === "tear") this.#broadcast(Buffer.from('{"type":"ADDED","obj'));
    if (how === "error410") this.#broadcast(line({ type: "ERROR", object: status(410, "Expired") }));
    if (how === "error500") this.#broadcast(line({ type: "ERROR", object: status(500, "InternalError") }));
    this.#broadcast(how === "cut" ? new ConnectionError("CONNECTION_LOST", "cut") : "end");
    this.#watches = [];
  }

  async send(request: ApiRequest, options: CallOptions = {}): Promise<ApiResponse> {
    await this.#admit(request, options);
    const refused = this.#refusal();
    if (refused !== undefined) return { status: refused.code, headers: {}, body: bytes(refused) };
    const answer = this.#list(request);
    return { status: "code" in answer ? Number(answer.code) : 200, headers: {}, body: bytes(answer) };
  }

  async stream(request: ApiRequest, options: CallOptions = {}): Promise<StreamResponse> {
    await this.#admit(request, options);
    const query = new URLSearchParams(requestTarget(request).split("?")[1]);
    const initial = query.get("sendInitialEvents") === "true";
    const since = Number(query.get("resourceVersion") ?? 0);
    const tooOld = !initial && since < this.#compacted ? status(410, "Expired") : undefined;
    const unsupported = initial && !this.streamsLists ? status(422, "Invalid") : undefined;
    const refused = this.#refusal() ?? unsupported ?? tooOld;
    if (refused !== undefined) return { status: refused.code, headers: {}, body: one(bytes(refused)) };
    const watch = new OpenWatch(options.signal);
    if (initial) {
      for (const object of this.#selected(query)) watch.push(line({ type: "ADDED", object }));
      const annotations = { "k8s.io/initial-events-end": "true" };
      watch.push(
        line({ type: "BOOKMARK", object: { metadata: { resourceVersion: String(this.#revision), annotations } } }),
      );
    } else {
      for (const { type, object } of this.#history.filter(({ revision }) => revision > since))
        watch.push(line({ type, object }));
    }
    this.#watches.push(watch);
    return { status: 200, headers: {}, body: watch.body() };
  }

  async open(): Promise<ChannelSocket> {
    throw new Error("the fake has no channels");
  }

  async upgrade(): Promise<UpgradeResponse> {
    throw new Error("the fake speaks HTTP only");
  }

  async close(): Promise<void> {}

  async #admit(request: ApiRequest, options: CallOptions): Promise<void> {
    this.requests.push(`${request.method} ${requestTarget(request)}`);
    await new Promise((resolve) => setImmediate(resolve));
    if (options.signal?.aborted) throw new AbortError();
    if (this.faults[0] === "refused") {
      this.faults.shift();
      throw new ConnectionError("CONNECTION_REFUSED", "refused", { retryable: true });
    }
  }

  #refusal(): ReturnType<typeof status> | undefined {
    const fault = this.faults.shift();
    if (fault === "overloaded") return status(429, "TooManyRequests");
    if (fault === "forbidden") return status(403, "Forbidden");
    if (fault === "unavailable") return status(503, "ServiceUnavailable");
    return fault === "expired" ? status(410, "Expired") : undefined;
  }

  #list(request: ApiRequest): object {
    const query = new URLSearchParams(requestTarget(request).split("?")[1]);
    const info = requestInfo(request.method, request.path, query);
    if (info.isResourceRequest && info.verb === "get") {
      return this.#objects.get(info.name) ?? status(404, "NotFound");
    }
    const token = query.get("continue")?.split(" ") ?? [];
    const [version = this.#revision, after = ""] = [token[0] === undefined ? undefined : Number(token[0]), token[1]];
    if (version < this.#compacted) return status(410, "Expired");
    const objects = this.#at(version).filter(({ metadata }) => metadata.name > after);
    const limit = Number(query.get("limit") ?? objects.length);
    const page = objects.slice(0, limit);
    const more = objects.length > limit ? { continue: `${version} ${page.at(-1)?.metadata.name}` } : {};
    const items = page.map(({ apiVersion: _, kind: __, ...item }) => item);
    return { kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: String(version), ...more }, items };
  }

  /** The objects as they were at a version that the history reaches. */
  #at(version: number): StoredObject[] {
    const objects = new Map<string, StoredObject>();
    for (const { revision, type, object } of this.#history) {
      if (revision > version) break;
      if (type === "DELETED") objects.delete(object.metadata.name);
      else objects.set(object.metadata.name, object);
    }
    return [...objects.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  #selected(query: URLSearchParams): StoredObject[] {
    const [named] = parseFieldSelector(query.get("fieldSelector") ?? "");
    return this.state.filter(({ metadata }) => named === undefined || metadata.name === named.value);
  }

  #record(change: Change): void {
    this.#history.push(change);
    this.#broadcast(line({ type: change.type, object: change.object }));
  }

  #broadcast(item: Uint8Array | "end" | Error): void {
    for (const watch of this.#watches) watch.push(item);
  }
}

function status(
  code: number,
  reason: string,
): { kind: "Status"; status: "Failure"; code: number; reason: string; message: string } {
  return { kind: "Status", status: "Failure", code, reason, message: `${reason} by the fake` };
}

async function* one(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield chunk;
}

/** A clock that never lets anyone wait, and remembers for how long they wanted to. */
export class FakeTiming implements Timing {
  readonly sleeps: number[] = [];
  time = 0;
  chance = 0;
  readonly timers: Set<{ ms: number; run: () => void }> = new Set();

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    this.time += ms;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw new AbortError();
  }

  /** Fires the timers that are no longer than `ms`. */
  pass(ms: number): void {
    for (const timer of [...this.timers]) {
      if (timer.ms <= ms && this.timers.delete(timer)) timer.run();
    }
  }

  after(ms: number, run: () => void): { cancel(): void } {
    const timer = { ms, run };
    this.timers.add(timer);
    return { cancel: () => this.timers.delete(timer) };
  }
}

/** Lets everything that is ready run until `condition` holds; throws when it never does. */
export async function eventually(condition: () => boolean, turns = 2000): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("the condition never held");
}
