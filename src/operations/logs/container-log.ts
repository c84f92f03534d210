import { throwIfAborted } from "../../core/abort.ts";
import { objectPath } from "../../core/path.ts";
import type { ApiRequest } from "../../core/request.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { GuardedConnection } from "../../resources/guarded-connection.ts";
import { apiErrorFromStream, isSuccess } from "../../transport/api-error.ts";
import type { StreamResponse } from "../../transport/transport.ts";
import type { Pod } from "../../types/core-v1.ts";
import { type LogOptions, type LogStart, showsTime } from "./log-options.ts";
import { LogPosition } from "./log-position.ts";
import { StampReader, secondOf } from "./log-time.ts";
import { type LinePart, LineSplitter } from "./split-lines.ts";

/** A line as it was read. */
export interface ReadLine {
  readonly source: LogSource;
  /** Nanoseconds since the epoch; undefined where the server wrote no time. */
  readonly at: bigint | undefined;
  /** The same as the server wrote it, where it is to be shown. */
  readonly time: string | undefined;
  readonly text: string;
  readonly partial: boolean;
}

/** Whose log it is. */
export interface LogSource {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

const MAX_LINE_BYTES = 1024 * 1024;
const IDLE_TIMEOUT_MS = 300_000;

/**
 * One container's log over any number of connections. Every request asks for timestamps, and a request after the first
 * for what came after the lines that were read: so none is lost and none comes twice.
 */
export class ContainerLog {
  readonly source: LogSource;
  readonly #pods: ResourceClient<Pod>;
  readonly #options: LogOptions;
  readonly #timed: boolean;
  readonly #start: LogStart;
  readonly #position: LogPosition;
  readonly #stamps = new StampReader();
  #bytesLeft: number;
  #asked = false;
  /** When the first answer came, by the server's clock. */
  #firstAnswerAt: number | undefined;
  /** Time of the line that the next part goes on with. */
  #current: Pick<ReadLine, "at" | "time"> = { at: undefined, time: undefined };
  #unstamped: string | undefined;

  constructor(pods: ResourceClient<Pod>, source: LogSource, options: LogOptions, start: LogStart) {
    this.source = source;
    this.#pods = pods;
    this.#options = options;
    this.#timed = showsTime(options);
    this.#start = start;
    this.#position = new LogPosition(Object.keys(start).length === 0);
    this.#bytesLeft = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the server has answered yet. */
  get answered(): boolean {
    return this.#firstAnswerAt !== undefined;
  }

  /** Whether `limitBytes` has been reached. */
  get exhausted(): boolean {
    return this.#bytesLeft <= 0;
  }

  /**
   * The new lines of one request, a chunk's at a time; returns a last one that has no newline, which is taken for read only
   * when {@link accept} is told so. Throws ApiError where the log is refused, ConnectionError where the connection is lost.
   */
  async *read(
    how: { readonly follow?: boolean; readonly previous?: boolean },
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ReadLine[], LinePart | undefined, undefined> {
    throwIfAborted(signal);
    const { maxLineBytes = MAX_LINE_BYTES, idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#options;
    const connection = new GuardedConnection({
      what: "A followed log",
      timing: this.#pods.timing,
      signal,
      // A dead connection says nothing, nor does a program that has nothing to say: it costs only another request.
      limitMs: () => (how.follow === true ? idleTimeoutMs : undefined),
    });
    const splitter = new LineSplitter(maxLineBytes);
    try {
      const request = await this.#request(how);
      const answer = await this.#pods.transport.stream(request, { signal: connection.signal });
      if (!isSuccess(answer.status)) throw await apiErrorFromStream(answer, request);
      this.#answered(answer);
      for await (const chunk of connection.chunks(answer.body)) {
        const lines = this.#take(splitter.push(chunk));
        if (lines.length > 0) yield lines;
        if (this.exhausted) return undefined;
      }
      throwIfAborted(signal);
      return splitter.rest();
    } catch (error) {
      throw connection.failure(error);
    } finally {
      connection.close();
    }
  }

  /** Takes a line that ended without a newline. */
  accept(rest: LinePart | undefined): ReadLine[] {
    return rest === undefined ? [] : this.#take([rest]);
  }

  async #request(how: { readonly follow?: boolean; readonly previous?: boolean }): Promise<ApiRequest> {
    const { namespace, pod, container } = this.source;
    const again = this.#asked;
    this.#asked = true;
    if (again) this.#position.restart();
    return {
      method: "GET",
      path: objectPath(await this.#pods.resource(), namespace, pod, "log"),
      query: {
        container,
        follow: how.follow || undefined,
        previous: how.previous || undefined,
        timestamps: true,
        ...(again ? this.#resumed() : this.#start),
      },
    };
  }

  #resumed(): LogStart {
    const { resumeAt } = this.#position;
    if (resumeAt !== undefined) return { sinceTime: secondOf(resumeAt) };
    const { tailLines, sinceSeconds } = this.#start;
    if (this.#firstAnswerAt === undefined || (tailLines !== 0 && sinceSeconds === undefined)) return this.#start;
    // Nothing was read: what was to be left out of the first answer still is.
    const since = this.#firstAnswerAt - (sinceSeconds ?? 0) * 1000;
    return { sinceTime: secondOf(BigInt(Math.floor(since)) * 1_000_000n), tailLines: tailLines || undefined };
  }

  #answered({ headers }: StreamResponse): void {
    const date = Date.parse(String(headers.date));
    this.#firstAnswerAt ??= Number.isNaN(date) ? this.#pods.timing.now() : date;
  }

  #take(parts: readonly LinePart[]): ReadLine[] {
    const lines: ReadLine[] = [];
    for (const part of parts) {
      const line = this.#line(part);
      if (line !== undefined) lines.push(line);
      if (this.exhausted) break;
    }
    return lines;
  }

  /** Undefined for what was read before. */
  #line({ bytes, begins, ends }: LinePart): ReadLine | undefined {
    let text = bytes;
    if (begins) {
      const stamp = this.#stamps.read(bytes);
      const time = stamp === undefined || !this.#timed ? undefined : bytes.toString("latin1", 0, stamp.length - 1);
      this.#current = { at: stamp?.at, time };
      if (stamp !== undefined) text = bytes.subarray(stamp.length);
    }
    const { at, time } = this.#current;
    if (at !== undefined && !this.#position.take(at)) return undefined;
    const stamped = this.#options.timestamps === true && begins && time !== undefined ? `${time} ` : "";
    const shown = this.#limited(text, stamped.length, ends);
    if (at === undefined) {
      // The kubelet's own words, such as that the log is gone, come again with every request.
      if (this.#unstamped === shown) return undefined;
      this.#unstamped = shown;
    }
    return { source: this.source, at, time, text: stamped + shown, partial: !ends };
  }

  #limited(text: Buffer, before: number, ends: boolean): string {
    const room = this.#bytesLeft - before;
    this.#bytesLeft -= before + text.length + (ends ? 1 : 0);
    if (text.length <= room) return text.toString("utf8");
    const cut = text.subarray(0, Math.max(0, room));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(cut, { stream: true });
  }
}
