/** https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/ */
import { throwIfAborted, unlessAborted } from "../../core/abort.ts";
import { inspectAsText } from "../../core/inspect-as-text.ts";
import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { ForwardRun } from "./forward-run.ts";
import { localAddresses } from "./listen.ts";
import type { ForwardedPort, PortForwardOptions } from "./port-forward-options.ts";
import { type PortSpec, parsePorts } from "./ports.ts";
import { showRights } from "./show-rights.ts";
import { findTarget } from "./target.ts";

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
  const { signal } = options;
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
    const pod = await run.take();
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
