/** https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets */
import { abortError } from "../../core/abort.ts";
import { deferred } from "../../core/deferred.ts";
import { inspectAsText } from "../../core/inspect-as-text.ts";
import { objectPath } from "../../core/path.ts";
import { AbortError, ApiError, ConnectionError, isApiError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { ChannelSocket } from "../../transport/transport.ts";
import type { Pod } from "../../types/core-v1.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { endOfStdin, PROCESS_PROTOCOLS, readFrame, resizeFrame, StdinEncoder } from "./channels.ts";
import { commandText } from "./command-text.ts";
import { type ProcessExit, processExit } from "./process-exit.ts";
import { ProcessOutput } from "./process-output.ts";

export interface OpenProcessOptions extends CallScope {
  /** `exec` starts a command, `attach` joins the container's own process. Default `exec`. */
  readonly subresource?: "exec" | "attach" | undefined;
  /** The program and its arguments, for `exec`. */
  readonly command?: readonly string[] | undefined;
  /** How messages call it. Default the command. */
  readonly label?: string | undefined;
  /** May be left out where the pod has one. */
  readonly container?: string | undefined;
  /** Default false: the process reads the end at once. */
  readonly stdin?: boolean | undefined;
  /** Gives the process a terminal; all that it prints then comes as stdout. Default false. */
  readonly tty?: boolean | undefined;
  /** Default true. */
  readonly stdout?: boolean | undefined;
  /** Default true, false with `tty`. */
  readonly stderr?: boolean | undefined;
}

/**
 * A process in a container, over one WebSocket. The process is held back while no one reads: once 1 MiB of stdout or of
 * stderr is unread, nothing more of either is fetched, its exit included. So read both, or do not ask for one.
 */
export interface RemoteProcess extends AsyncDisposable {
  /** What the server speaks: `v5.channel.k8s.io` or `v4.channel.k8s.io`. */
  readonly protocol: string;
  /** Read once. Ends with the process; throws where the connection was lost. Leaving the loop drops the rest. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** As `stdout`. */
  readonly stderr: AsyncIterable<Uint8Array>;
  /**
   * How it ended. Rejects with CONNECTION_LOST where that is not known, UsageError where there is no such program,
   * AbortError after `close` or by the signal. Of `attach`, 0 says only that there is nothing more to read.
   */
  readonly exit: Promise<ProcessExit>;
  /** Resolves once it has been handed to the network. Sent in frames of 32 KiB. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** The process reads the end of its input. Rejects with UsageError where the server speaks v4, which cannot say it. */
  endStdin(): Promise<void>;
  /** Tells the process its terminal's size in characters; without a terminal nothing happens. */
  resize(columns: number, rows: number): void;
  /** Ends the connection; the server then ends a process of `exec`. Idempotent. */
  close(): void;
}

/**
 * Starts a command in a container, or joins the container's own process. Resolves when the server has upgraded the
 * connection. Throws ApiError for a refusal, ConnectionError, AbortError.
 */
export async function openProcess(
  pods: ResourceClient<Pod>,
  name: string,
  options: OpenProcessOptions = {},
): Promise<RemoteProcess> {
  const { subresource = "exec", command = [], tty = false, stdin = false, signal } = options;
  const what = options.label ?? (subresource === "exec" ? commandText(command) : "the process");
  const label = `${what} in pods "${name}"`;
  requireEffect(pods, subresource === "exec" ? `run ${label}` : `attach to pods "${name}"`);
  const resource = await pods.resource();
  const namespace = objectNamespace(resource, scopeOf(pods.scope, options.namespace), subresource, name);
  const path = objectPath(resource, namespace, name, subresource);
  const query = {
    container: options.container,
    command: subresource === "exec" ? command : undefined,
    // containerd loses what a command prints to a terminal that has no input.
    stdin: stdin || (tty && subresource === "exec") || undefined,
    stdout: (options.stdout ?? true) || undefined,
    stderr: (!tty && (options.stderr ?? true)) || undefined,
    tty: tty || undefined,
  };
  let socket: ChannelSocket;
  try {
    socket = await pods.transport.open({ path, query, protocols: PROCESS_PROTOCOLS }, { signal });
  } catch (error) {
    throw explainRefusal(error, subresource);
  }
  return new SocketProcess(socket, { label, path, signal, stdin, tty });
}

/** A first upgrade that is forbidden may be so by a rule that was enough before 1.35. */
function explainRefusal(error: unknown, subresource: string): unknown {
  if (!isApiError(error) || error.httpStatus !== 403) return error;
  const { status, httpStatus, method, path, hint, message, code } = error;
  const since = `Since Kubernetes 1.35, ${subresource} over WebSocket needs "create" on pods/${subresource} besides "get".`;
  return new ApiError(
    code,
    message,
    { status, httpStatus, method, path },
    { cause: error, hint: hint === undefined ? since : `${hint} ${since}` },
  );
}

/** What is under way at once of a chunk that is written. */
const WINDOW_BYTES = 512 * 1024;

interface ProcessContext {
  readonly label: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly stdin: boolean;
  readonly tty: boolean;
}

/** A process at the other end of a socket. */
class SocketProcess implements RemoteProcess {
  static {
    inspectAsText(SocketProcess.prototype);
  }

  readonly exit: Promise<ProcessExit>;
  readonly #socket: ChannelSocket;
  readonly #context: ProcessContext;
  readonly #stdout = new ProcessOutput();
  readonly #stderr = new ProcessOutput();
  readonly #stdin = new StdinEncoder();
  /** The frames that were given to the socket last: the next come after them. */
  #sent: Promise<void> = Promise.resolve();
  #stdinEnded = false;
  #closed = false;
  #over: Promise<void>;

  constructor(socket: ChannelSocket, context: ProcessContext) {
    this.#socket = socket;
    this.#context = context;
    const { promise, resolve, reject } = deferred<ProcessExit>();
    this.exit = promise;
    const { signal } = context;
    const onAbort = (): void => {
      const error = abortError(signal);
      reject(error);
      for (const output of [this.#stdout, this.#stderr]) {
        output.end(error);
        output.discard();
      }
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#over = this.#receive(resolve, reject).finally(() => signal?.removeEventListener("abort", onAbort));
    if (signal?.aborted === true) onAbort();
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  get stdout(): AsyncIterable<Uint8Array> {
    return this.#stdout;
  }

  get stderr(): AsyncIterable<Uint8Array> {
    return this.#stderr;
  }

  async write(chunk: Uint8Array | string): Promise<void> {
    this.#requireStdin("write to");
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    await this.#inTurn(async () => {
      for (let start = 0; start < bytes.length; start += WINDOW_BYTES) {
        await this.#sendAll(this.#stdin.encode(bytes.subarray(start, start + WINDOW_BYTES)));
      }
    });
  }

  async endStdin(): Promise<void> {
    this.#requireStdin("end");
    const frame = endOfStdin(this.protocol);
    if (frame === undefined) {
      throw new UsageError(
        "USAGE",
        `Cannot end the input of ${this.#context.label}: the server speaks ${this.protocol}, which has no word for it`,
        {
          hint: "Servers since Kubernetes 1.30 do. On an older one, write to what knows by itself where its input ends, as `head -c SIZE` does, with { live: true, stdin: true }.",
        },
      );
    }
    this.#stdinEnded = true;
    await this.#inTurn(() => this.#socket.send(frame));
  }

  resize(columns: number, rows: number): void {
    if (!this.#context.tty || this.#closed) return;
    // A connection that is gone is told by `exit`.
    this.#inTurn(() => this.#socket.send(resizeFrame(columns, rows))).catch(() => undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stdout.discard();
    this.#stderr.discard();
    this.#socket.close(1000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#over;
  }

  toString(): string {
    return `Process ${this.#context.label}`;
  }

  #inTurn(send: () => Promise<void>): Promise<void> {
    const sent = this.#sent.then(send);
    this.#sent = sent.catch(() => undefined);
    return sent;
  }

  async #sendAll(frames: readonly Uint8Array[]): Promise<void> {
    await Promise.all(frames.map((frame) => this.#socket.send(frame)));
  }

  #requireStdin(action: string): void {
    if (this.#context.stdin && !this.#stdinEnded) return;
    const why = this.#stdinEnded ? "it has been ended" : "it was opened without";
    throw new UsageError("USAGE", `Cannot ${action} the input of ${this.#context.label}: ${why}`, {
      hint: this.#stdinEnded ? undefined : "Open it with { stdin: true }.",
    });
  }

  /** Takes the server's frames until there are no more; never rejects. */
  async #receive(resolve: (exit: ProcessExit) => void, reject: (error: unknown) => void): Promise<void> {
    const { label, path } = this.#context;
    let ended = false;
    let failure: unknown;
    try {
      for await (const frame of this.#socket.frames) {
        const received = readFrame(frame);
        if (received.type === "stdout") await this.#stdout.push(received.data);
        else if (received.type === "stderr") await this.#stderr.push(received.data);
        else if (received.type === "status" && !ended) {
          ended = true;
          settle(resolve, reject, () => processExit(received.data, label, { method: "GET", path }));
        }
      }
    } catch (error) {
      failure = error;
    }
    // What goes wrong behind the status changes nothing.
    const error = ended ? undefined : this.#lost(failure);
    if (error !== undefined) reject(error);
    this.#stdout.end(error);
    this.#stderr.end(error);
  }

  #lost(cause: unknown): Error {
    const { label } = this.#context;
    if (cause instanceof AbortError) return cause;
    if (this.#closed) return new AbortError(`The connection to ${label} was closed before it ended`);
    return new ConnectionError(
      "CONNECTION_LOST",
      `Cannot tell how ${label} ended: the connection was lost before its exit code came`,
      {
        cause,
        hint: "It may still run. A proxy or load balancer on the way may end quiet connections; the node may be gone.",
      },
    );
  }
}

function settle<T>(resolve: (value: T) => void, reject: (error: unknown) => void, work: () => T): void {
  try {
    resolve(work());
  } catch (error) {
    reject(error);
  }
}
