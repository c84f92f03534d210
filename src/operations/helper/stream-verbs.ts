import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { ResourceClient } from "../../resources/client.ts";
import type {
  AnyExecOptions,
  AnyExecResult,
  ExecOptions,
  ExecTarget,
  LiveExecOptions,
  TerminalExecOptions,
} from "../exec/exec.ts";
import type { ExecResult } from "../exec/exec-result.ts";
import type { ProcessExit } from "../exec/process-exit.ts";
import type { RemoteProcess } from "../exec/remote-process.ts";
import type { LogLine, LogOptions } from "../logs/logs.ts";
import type { PortForward, PortForwardOptions } from "../port-forward/port-forward.ts";
import type { PortSpec } from "../port-forward/ports.ts";

/** The verbs that reach into running pods. */
export class StreamVerbs<T extends KubernetesObject = UnknownObject> extends ResourceClient<T> {
  /**
   * The lines of a pod's log as they come. Only pods have one; on another helper it is a UsageError.
   *
   * @example
   * for await (const { line } of k8s.pods.logs("web-0", { follow: true })) log(line);
   */
  async *logs(name: string, options: LogOptions = {}): AsyncGenerator<LogLine, void, undefined> {
    const { podLogs } = await import("../logs/logs.ts");
    yield* podLogs(this, name, options);
  }

  /**
   * Runs a command in a container, `kubectl exec`: to its end, giving `{ stdout, stderr, exitCode }`; with `live: true`,
   * giving its streams while it runs; with `terminal: true` at your terminal (raw, resized with it, Ctrl-C goes there).
   * A pod may be named by what selects it: `"deploy/web"`, or `k8s.deployments.exec("web", …)`. An exit code that is not
   * 0 throws only with `check: true` (COMMAND_FAILED). Throws UsageError where the container must be named, does not run
   * or has no such program, CONNECTION_LOST where the exit code never came.
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_exec/
   *
   * @example
   * const { stdout } = await k8s.pods.exec("web-0", ["cat", "/etc/hostname"], { check: true });
   */
  async exec(
    name: string,
    command: readonly string[],
    options: ExecOptions & { readonly bytes: true },
  ): Promise<ExecResult<Uint8Array>>;
  async exec(name: string, command: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  async exec(name: string, command: readonly string[], options: LiveExecOptions): Promise<RemoteProcess>;
  async exec(name: string, command: readonly string[], options: TerminalExecOptions): Promise<ProcessExit>;
  async exec(name: string, command: readonly string[], options: AnyExecOptions = {}): Promise<AnyExecResult> {
    const signal = this.signalFor(options.signal);
    const { exec } = await import("../exec/exec.ts");
    return exec(this, name, command, { ...options, signal });
  }

  /**
   * A shell in a container, at your terminal: bash, or sh where the image has no bash. Throws UsageError where it has
   * neither, and where there is no terminal.
   *
   * @example
   * await k8s.pods.shell("web-0", { container: "web" });
   */
  async shell(name: string, options: ExecTarget = {}): Promise<ProcessExit> {
    const signal = this.signalFor(options.signal);
    const { shell } = await import("../exec/exec.ts");
    return shell(this, name, { ...options, signal });
  }

  /**
   * Forwards local ports to a pod, `kubectl port-forward`: of a pod, or of whatever selects pods; a service's ports are
   * translated to its pods'. `ports` is kubectl's notation: `8080`, `"8080:80"`, `":80"` for any free local port,
   * `"http"` by name, or several. Resolves when the ports are listened on; goes on until `close()`, the signal or the
   * session's end, taking another pod when one dies. Throws UsageError for a port that does not exist or cannot be
   * listened on, TIMEOUT when no pod comes to run.
   * https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/
   *
   * @example
   * const forward = await k8s.services.portForward("web", ":http");
   * await fetch(`http://127.0.0.1:${forward.localPort}/healthz`);
   * await forward.close();
   */
  async portForward(
    name: string,
    ports: PortSpec | readonly PortSpec[],
    options: PortForwardOptions = {},
  ): Promise<PortForward> {
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(options.signal);
    const { portForward } = await import("../port-forward/port-forward.ts");
    return portForward(this, name, ports, { ...options, signal });
  }
}
