/** https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/ */
import type { Socket } from "node:net";
import { abortError, throwIfAborted, unlessAborted } from "../../core/abort.ts";
import { inspectAsText } from "../../core/inspect-as-text.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { objectPath } from "../../core/path.ts";
import { AbortError, isApiError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ChannelSocket } from "../../transport/transport.ts";
import type { Pod, Service } from "../../types/core-v1.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { BackingPods } from "./backing-pods.ts";
import { carry } from "./carry.ts";
import { PORT_PROTOCOL } from "./frames.ts";
import { type Listening, listen, localAddresses } from "./listen.ts";
import { type PortSpec, parsePorts, resolvePort, type WantedPort } from "./ports.ts";
import { showRights } from "./show-rights.ts";
import { type ForwardTarget, findTarget, PODS } from "./target.ts";

export interface PortForwardOptions extends CallScope {
  /** The local port, where one port is forwarded; 0 chooses one that is free. Default: the remote port's number. */
  readonly localPort?: number | undefined;
  /** Where to listen: IP addresses of this machine, or `localhost` for 127.0.0.1 and ::1. Default `localhost`. */
  readonly address?: string | readonly string[] | undefined;
  /** How long a pod that runs is waited for, at first and by a connection that finds none. Default 60 000. */
  readonly podRunningTimeoutMs?: number | undefined;
  /**
   * How long the pod may be silent once a client has finished sending: the protocol cannot tell the pod, so the
   * connection must be ended from here. Default 5000.
   */
  readonly lingerMs?: number | undefined;
  /** Told of every pod and connection. What it throws ends the port-forward. */
  readonly onEvent?: ((event: PortForwardEvent) => void) | undefined;
}

/** What happens to a port-forward. */
export type PortForwardEvent =
  /** New connections go to that pod from now on. */
  | { readonly type: "pod"; readonly pod: string }
  /** No pod runs at present; new connections wait for one. */
  | { readonly type: "waiting"; readonly reason: string }
  | { readonly type: "opened"; readonly connection: number; readonly port: ForwardedPort; readonly pod: string }
  | {
      readonly type: "ended";
      readonly connection: number;
      readonly port: ForwardedPort;
      readonly sentBytes: number;
      readonly receivedBytes: number;
    }
  /** The client's connection was reset: the pod refused it, or the way to it was lost. */
  | {
      readonly type: "failed";
      readonly connection: number;
      readonly port: ForwardedPort;
      readonly pod: string | undefined;
      readonly error: Error;
    };

/** One port that is listened on. */
export interface ForwardedPort {
  readonly localPort: number;
  /** As it was asked for: a number, or a name. */
  readonly remotePort: number | string;
  /** The local addresses that are listened on. */
  readonly addresses: readonly string[];
}

const POD_RUNNING_TIMEOUT_MS = 60_000;
const LINGER_MS = 5000;

/** Ports of this machine that lead to a pod. Goes on until it is closed, or its signal or session ends. */
export class PortForward implements AsyncDisposable {
  static {
    inspectAsText(PortForward.prototype);
  }

  /** What is forwarded to: `services "web"`. */
  readonly target: string;
  readonly namespace: string;
  readonly ports: readonly ForwardedPort[];
  /**
   * Resolves when {@link close}, or the session's end, has closed it; rejects with what ended it otherwise: AbortError
   * by the signal, ConnectionError when no pod can take the place of the last. Need not be waited for.
   */
  readonly closed: Promise<void>;
  readonly #run: ForwardRun;

  constructor(run: ForwardRun) {
    this.#run = run;
    this.target = run.target.label;
    this.namespace = run.target.namespace;
    this.ports = run.ports;
    this.closed = run.closed;
  }

  /** The local port, of several the first. */
  get localPort(): number {
    return this.ports[0]?.localPort ?? 0;
  }

  /** The pod that new connections go to; undefined while none runs. */
  get pod(): string | undefined {
    return this.#run.pods.current?.metadata?.name;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#run.openConnections;
  }

  /** Why the last connection that failed did. */
  get lastError(): Error | undefined {
    return this.#run.lastError;
  }

  /** Stops listening, ends every connection, and resolves when nothing is left. Idempotent. */
  async close(): Promise<void> {
    await this.#run.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toJSON(): object {
    const { target, namespace, pod, ports } = this;
    return { target, namespace, pod, ports };
  }

  toString(): string {
    const to = this.pod === undefined || this.target.startsWith("pods ") ? "" : `, pod ${this.pod}`;
    const head = `Port-forward to ${this.target} in ${this.namespace}${to}`;
    const lines = this.ports.map(({ localPort, remotePort, addresses }) => {
      const shown = addresses.map((one) => (one.includes(":") ? `[${one}]:${localPort}` : `${one}:${localPort}`));
      return `  ${shown.join(", ")} → ${remotePort}`;
    });
    const { connections, lastError } = this;
    const open = `  ${connections === 1 ? "1 connection" : `${connections} connections`} open`;
    const state = this.#run.isClosed ? "  closed" : connections === 0 ? undefined : open;
    const failed = lastError === undefined ? undefined : `  last failure: ${lastError.message}`;
    return [head, ...lines, state, failed].filter((line) => line !== undefined).join("\n");
  }
}

/**
 * Listens on local ports and carries each connection to a pod over a WebSocket of its own. Resolves when the ports are
 * listened on and a pod runs.
 * @param options the signal is the one that the whole port-forward ends with
 */
export async function portForward(
  client: ResourceClient<KubernetesObject>,
  name: string,
  ports: PortSpec | readonly PortSpec[],
  options: PortForwardOptions = {},
): Promise<PortForward> {
  const { signal, podRunningTimeoutMs = POD_RUNNING_TIMEOUT_MS } = options;
  throwIfAborted(signal);
  const label = `${(await client.resource()).name} "${name}"`;
  const wanted = parsePorts(ports, label, options.localPort);
  const addresses = localAddresses(options.address);
  await showRights(client, name, options);
  requireEffect(client, `forward ports of ${label}`);
  const target = await findTarget(client, name, options);
  const run = new ForwardRun(target, options);
  const task = client.showProgress(`port-forward to ${target.label}`);
  try {
    task.update("waiting for a pod that runs");
    const pod = await run.pods.take(podRunningTimeoutMs);
    await unlessAborted(run.listen(wanted, addresses, pod), signal);
    const forward = new PortForward(run);
    run.release = client.hold({ close: () => run.close() });
    return forward;
  } catch (error) {
    await run.close();
    throw error;
  } finally {
    task.end();
  }
}

/** A port-forward under way. */
class ForwardRun {
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
    await Promise.all([...this.#listening.map((one) => one.close()), ...connections.map(([, over]) => over)]);
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
    let pod = await unlessAborted(this.#take(), signal);
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
        const next = isGone ? await unlessAborted(this.#take(), signal) : this.pods.other(tried);
        if (next === undefined || tried.has(next.metadata?.uid ?? "")) throw error;
        pod = next;
      }
    }
  }

  #take(): Promise<Pod> {
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
