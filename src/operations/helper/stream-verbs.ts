import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { CopyOptions } from "../copy/copy.ts";
import type { CopyReport } from "../copy/copy-report.ts";
import type {
  AnyDebugOptions,
  AnyDebugResult,
  AttachedDebugOptions,
  DebugContainer,
  DebugOptions,
  TerminalDebugOptions,
} from "../debug/debug.ts";
import type {
  AnyAttachOptions,
  AnyAttachResult,
  AttachOptions,
  LiveAttachOptions,
  TerminalAttachOptions,
} from "../exec/attach.ts";
import type {
  AnyExecOptions,
  AnyExecResult,
  ExecOptions,
  ExecTarget,
  LiveExecOptions,
  TerminalExecOptions,
} from "../exec/exec.ts";
import type { ExecResult } from "../exec/exec-result.ts";
import { keepingStdin } from "../exec/keep-stdin.ts";
import type { ProcessExit, TerminalResult } from "../exec/process-exit.ts";
import type { RemoteProcess } from "../exec/remote-process.ts";
import type { ProxyFetchInit } from "../fetch/proxied-request.ts";
import type { LogLine, LogOptions } from "../logs/log-options.ts";
import { LogStream } from "../logs/log-stream.ts";
import type { PortForward } from "../port-forward/port-forward.ts";
import type { PortForwardOptions } from "../port-forward/port-forward-options.ts";
import type { PortSpec } from "../port-forward/ports.ts";
import { requireResourceOf } from "../shared/siblings.ts";

/** The verbs that reach into running pods. */
export class StreamVerbs<T extends KubernetesObject = UnknownObject> extends ResourceClient<T> {
  /**
   * Lines of logs, `kubectl logs` and more: of a pod or several by name, of what a selector chooses
   * (`{ labels: { app: "web" } }`), of a workload's pods (`k8s.deployments.logs("web")`, also of services and cronjobs).
   * To their end, container by container (`sort: "time"` merges them); with `follow: true` as they come, over restarts and
   * lost connections, with the pods that come later. No line is lost or doubled while its node still has it; of each
   * container a chunk of lines is held at most, and a slow loop slows the server. Defaults are kubectl's: all lines of what
   * is named, the last 10 with a selector.
   *
   * Throws UsageError where a container must be named or there is none of that name, NOT_FOUND where there are no pods or
   * the container has not begun or not run before, and says what to do.
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/
   *
   * @example
   * for await (const { line } of k8s.pods.logs("web-0", { tailLines: 100 })) log(line);
   * for await (const { pod, line } of k8s.deployments.logs("web", { follow: true, since: "5m" })) log(pod, line);
   */
  logs(target: string | readonly string[], options?: LogOptions): LogStream;
  logs(options?: LogOptions & SelectorOptions): LogStream;
  logs(target?: string | readonly string[] | (LogOptions & SelectorOptions), options?: LogOptions): LogStream {
    // Asked for at once: at a prompt, the next line has another.
    const named = typeof target === "string" || Array.isArray(target) || options !== undefined;
    const how: LogOptions = (named ? options : (target as LogOptions | undefined)) ?? {};
    const outer = this.signalFor(how.signal);
    const client: ResourceClient<T> = this;
    let prefixed = how.prefix ?? true;
    const lines = async function* (signal: AbortSignal): AsyncGenerator<LogLine[], void, undefined> {
      const { logs, mayBeSeveral } = await import("../logs/logs.ts");
      prefixed = how.prefix ?? (await mayBeSeveral(client, target, how));
      yield* logs(client, target, { ...how, signal }, named);
    };
    return new LogStream(lines, outer, () => prefixed);
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
    return keepingStdin(options, async () => {
      const { exec } = await import("../exec/exec.ts");
      return exec(this, name, command, { ...options, signal });
    });
  }

  /**
   * Joins a container's own process, `kubectl attach`: to its end, giving what it prints from now on and its exit code;
   * with `live: true`, giving its streams; with `terminal: true` at your terminal, which Ctrl-P Ctrl-Q leaves. Throws
   * UsageError where the container takes no input or has no terminal of its own.
   *
   * @example
   * await k8s.pods.attach("shell", { terminal: true });
   */
  async attach(name: string, options?: AttachOptions): Promise<ExecResult>;
  async attach(name: string, options: LiveAttachOptions): Promise<RemoteProcess>;
  async attach(name: string, options: TerminalAttachOptions): Promise<TerminalResult>;
  async attach(name: string, options: AnyAttachOptions = {}): Promise<AnyAttachResult> {
    const signal = this.signalFor(options.signal);
    return keepingStdin(options, async () => {
      const { attach } = await import("../exec/attach.ts");
      return attach(this, name, { ...options, signal });
    });
  }

  /**
   * Starts a container to debug with, `kubectl debug`: beside a pod's own (an ephemeral container, which stays in its
   * spec), in a copy of the pod with `copyTo`, or on a node, `k8s.nodes.debug`, whose files are at `/host`. Resolves when
   * it runs; with `attach: true` when it has ended, giving `{ stdout, stderr, exitCode }`; with `terminal: true` it is at
   * your terminal. Throws WAIT_FAILED where the container cannot start, TIMEOUT after `startTimeoutMs` (60 s).
   *
   * https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/
   *
   * @example
   * await k8s.pods.debug("web-0", { image: "busybox", target: "web", terminal: true });
   */
  async debug(name: string, options: TerminalDebugOptions): Promise<TerminalResult>;
  async debug(name: string, options: AttachedDebugOptions): Promise<ExecResult>;
  async debug(name: string, options: DebugOptions): Promise<DebugContainer>;
  async debug(name: string, options: AnyDebugOptions): Promise<AnyDebugResult> {
    const signal = this.signalFor(options.signal);
    return keepingStdin(options, async () => {
      const { debug } = await import("../debug/debug.ts");
      return debug(this, name, { ...options, signal });
    });
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

  /**
   * Copies files and folders from and into containers, `kubectl cp`: one end is `"pod:path"` or `"namespace/pod:path"`, the
   * other a path of this machine. What is there is only replaced with `overwrite: true`. Permissions are kept, from a
   * container times too; every file appears whole or not at all. With `retries`, the copy goes on where a connection broke.
   * What may not be copied (devices, links that lead out of the folder) is in the report's `skipped`. The container needs
   * `tar`, and `sh` for what is sent there.
   *
   * Throws UsageError for what is missing, unreadable or in the way, and for what the container's tar fails with;
   * CONNECTION_LOST, never a report, where the end did not come; AbortError. Each says what was copied and what was not.
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_cp/
   *
   * @example
   * const { files, bytes } = await k8s.pods.cp("web-0:/var/log", "./logs", { retries: 10 });
   * await k8s.pods.cp("./site", "web-0:/srv/www", { container: "nginx", checksum: true });
   */
  async cp(from: string, to: string, options: CopyOptions = {}): Promise<CopyReport> {
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(options.signal);
    await requireResourceOf(this, "copy files of", from, ["pods"]);
    const { copy } = await import("../copy/copy.ts");
    return copy(this, from, to, { ...options, signal });
  }

  /**
   * Sends an HTTP request through the API server to a service, a pod or a node, and gives a standard Response, whatever
   * its status; its body is fetched as it is read. `address` is `"web"`, `"web:http"`, `"https:web:"` or
   * `"https:web:8443"`, the port by number or name. What the API server itself refuses (rights, no ready pod, a port
   * that does not answer) is thrown as ApiError, apart from a program's own failures. Redirects are followed while they
   * stay behind the address. On a handle that only tries, and in a plan, only GET, HEAD and OPTIONS are sent.
   * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/
   *
   * @example
   * const health = await k8s.services.fetch("web:http", "/healthz");
   * if (!health.ok) log(await health.text());
   */
  async fetch(address: string, path = "/", init: ProxyFetchInit = {}): Promise<Response> {
    const signal = this.signalFor(init.signal);
    const { proxyFetch } = await import("../fetch/fetch.ts");
    return proxyFetch(this, address, path, { ...init, signal });
  }

  /**
   * The path by which {@link fetch} reaches something: for `k8s.http`, `kubectl get --raw`, or a browser behind
   * `k8s.proxy`.
   *
   * @example
   * await k8s.services.proxyPath("web:http", "/metrics"); // /api/v1/namespaces/default/services/web:http/proxy/metrics
   */
  async proxyPath(address: string, path = "/", options: CallScope = {}): Promise<string> {
    const { proxyPath } = await import("../fetch/fetch.ts");
    return proxyPath(this, address, path, options);
  }
}
