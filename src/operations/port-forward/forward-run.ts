import type { Socket } from "node:net";
import { abortError, throwIfAborted, unlessAborted } from "../../core/abort.ts";
import { objectPath } from "../../core/path.ts";
import { AbortError, isApiError } from "../../errors.ts";
import type { ChannelSocket } from "../../transport/transport.ts";
import type { Pod, Service } from "../../types/core-v1.ts";
import { BackingPods } from "./backing-pods.ts";
import { carry } from "./carry.ts";
import { PORT_PROTOCOL } from "./frames.ts";
import { type Listening, listen } from "./listen.ts";
import type { ForwardedPort, PortForwardEvent, PortForwardOptions } from "./port-forward-options.ts";
import { resolvePort, type WantedPort } from "./ports.ts";
import { type ForwardTarget, PODS } from "./target.ts";

const POD_RUNNING_TIMEOUT_MS = 60_000;
const LINGER_MS = 5000;

/** A port-forward under way. */
export class ForwardRun {
  readonly target: ForwardTarget;
  readonly pods: BackingPods;
  readonly closed: Promise<void>;
  /** Takes back that the session ends it. */
  release: () => void = () => {};
  readonly #options: PortForwardOptions;
  readonly #over = new AbortController();
  readonly #listening: Listening[] = [];
  readonly #ports: ForwardedPort[] = [];
  /** What each connection under way is ended by, and resolves when nothing of it is left. */
  readonly #connections = new Map<AbortController, Promise<void>>();
  #settle: { resolve: () => void; reject: (error: unknown) => void } = { resolve: () => {}, reject: () => {} };
  #closing: Promise<void> | undefined;
  #count = 0;
  #lastError: Error | undefined;
  readonly #onAbort: () => void;

  constructor(target: ForwardTarget, options: PortForwardOptions) {
    this.target = target;
    this.#options = options;
    this.closed = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Nobody has to wait for it.
    this.closed.catch(() => {});
    this.pods = new BackingPods(
      target,
      {
        onPod: (pod) => this.#tell({ type: "pod", pod: pod.metadata?.name ?? "" }),
        onWaiting: (reason) => this.#tell({ type: "waiting", reason }),
        onGone: (error) => void this.close(error),
      },
      this.#over.signal,
    );
    const { signal } = options;
    this.#onAbort = () => void this.close(abortError(signal));
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (signal?.aborted === true) this.#onAbort();
  }

  get ports(): readonly ForwardedPort[] {
    return this.#ports;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  get lastError(): Error | undefined {
    return this.#lastError;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Listens on every port that is wanted, or on none. */
  async listen(wanted: readonly WantedPort[], addresses: readonly string[], pod: Pod): Promise<void> {
    // All first: a port that does not exist is told before any is opened.
    const local = wanted.map((one) => one.local ?? this.#resolve(one.remote, pod).number);
    for (const { remote } of wanted) this.#resolve(remote, pod);
    for (const [index, { remote }] of wanted.entries()) {
      const listening = await listen(addresses, local[index] ?? 0, {
        onConnection: (socket) => this.#accept(socket, port),
        onError: (error) => {
          this.#lastError = error;
        },
      });
      const port: ForwardedPort = { localPort: listening.port, remotePort: remote, addresses: listening.addresses };
      this.#listening.push(listening);
      this.#ports.push(port);
      if (this.#closing !== undefined) await listening.close();
    }
  }

  /** Ends everything; `reason` is what {@link closed} then rejects with. */
  close(reason?: unknown): Promise<void> {
    this.#closing ??= this.#end(reason);
    return this.#closing;
  }

  async #end(reason: unknown): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.release();
    const ended = reason ?? new AbortError(`The port-forward to ${this.target.label} was closed`);
    this.#over.abort(ended);
    const connections = [...this.#connections];
    for (const [connection] of connections) connection.abort(ended);
    // Servers wait for their connections, so both are waited for together.
    await Promise.all([
      ...this.#listening.map((one) => one.close()),
      ...connections.map(([, over]) => over),
      this.pods.ended,
    ]);
    if (reason === undefined) this.#settle.resolve();
    else this.#settle.reject(reason);
  }

  #resolve(remote: number | string, pod: Pod): { number: number; containerPort: number } {
    const { label, isService } = this.target;
    return resolvePort(remote, { label, service: isService ? (this.pods.object as Service) : undefined }, pod);
  }

  #accept(socket: Socket, port: ForwardedPort): void {
    // An error is followed by the close, which ends what is carried.
    socket.on("error", () => {});
    if (this.#closing !== undefined) {
      socket.destroy();
      return;
    }
    this.#count += 1;
    const connection = new AbortController();
    const over = this.#serve(socket, port, this.#count, connection).finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, over);
  }

  /** Carries one connection from its beginning to its end. Never rejects. */
  async #serve(socket: Socket, port: ForwardedPort, connection: number, until: AbortController): Promise<void> {
    const leave = (): void => until.abort(new AbortError("The client has gone"));
    socket.once("close", leave);
    // A client that reads nothing is not waited for either.
    until.signal.addEventListener("abort", () => socket.resetAndDestroy(), { once: true });
    let pod: Pod | undefined;
    try {
      const opened = await this.#open(port, until.signal, (one) => {
        pod = one;
      });
      const name = pod?.metadata?.name ?? "";
      this.#tell({ type: "opened", connection, port, pod: name });
      const { timing } = this.target.pods;
      const { lingerMs = LINGER_MS } = this.#options;
      const label = `port ${port.remotePort} of pods "${name}"`;
      throwIfAborted(until.signal);
      // From here on the connection is ended with its closing handshake.
      socket.off("close", leave);
      const carried = await carry(socket, opened, { label, lingerMs, timing });
      this.#tell({ type: "ended", connection, port, ...carried });
    } catch (cause) {
      socket.resetAndDestroy();
      if (until.signal.aborted) return;
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#lastError = error;
      this.#tell({ type: "failed", connection, port, pod: pod?.metadata?.name, error });
    }
  }

  /** Opens a way to a pod; where the first cannot be reached, to the others that are fit. */
  async #open({ remotePort }: ForwardedPort, signal: AbortSignal, onPod: (pod: Pod) => void): Promise<ChannelSocket> {
    const { pods, namespace } = this.target;
    const tried = new Set<string>();
    let pod = await unlessAborted(this.take(), signal);
    for (;;) {
      onPod(pod);
      tried.add(pod.metadata?.uid ?? "");
      const path = objectPath(PODS, namespace, pod.metadata?.name ?? "", "portforward");
      const query = { ports: [String(this.#resolve(remotePort, pod).containerPort)] };
      try {
        return await pods.transport.open({ path, query, protocols: [PORT_PROTOCOL] }, { signal });
      } catch (error) {
        if (signal.aborted || !isApiError(error)) throw error;
        const isGone = error.httpStatus === 404;
        if (isGone) this.pods.distrust(pod);
        else if (error.httpStatus < 500) throw error;
        const next = isGone ? await unlessAborted(this.take(), signal) : this.pods.other(tried);
        if (next === undefined || tried.has(next.metadata?.uid ?? "")) throw error;
        pod = next;
      }
    }
  }

  /** The pod for the next connection; waits for one that runs. */
  take(): Promise<Pod> {
    return this.pods.take(this.#options.podRunningTimeoutMs ?? POD_RUNNING_TIMEOUT_MS);
  }

  #tell(event: PortForwardEvent): void {
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      void this.close(error);
    }
  }
}
