import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceAccountTokens } from "../../auth/tokens/service-account-tokens.ts";
import type { Clock } from "../../model/clock.ts";
import { quantityValue } from "../../schema/quantity.ts";
import type { Registry } from "../../storage/registry.ts";
import { ContainerConfigError, type ContainerRunner } from "../container-runner.ts";
import type { Pod } from "../pod.ts";
import { APPLETS, busyboxApplets, isBusybox } from "./busybox.ts";
import { containerCommand } from "./container-command.ts";
import { ContainerProcess } from "./container-process.ts";
import type { PodFacts } from "./downward.ts";
import { containerEnvironment, expand } from "./environment.ts";
import type { HostTools } from "./host-tools.ts";
import { startProbes } from "./probes.ts";
import { processAccess } from "./process-access.ts";
import { ProcessPod } from "./process-pod.ts";
import { type Mount, rootView } from "./root-view.ts";

/** What the sandbox has that process pods need. */
export interface PodServices {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly tokens: ServiceAccountTokens;
}

export interface ProcessRunnerOptions extends PodServices {
  readonly tools: HostTools;
  /** Where containers reach the API server; undefined before it listens. */
  apiServer(): { readonly host: string; readonly port: number } | undefined;
  /** The search path of containers that set none. */
  readonly searchPath: string;
}

const PREFIX = "kubescript-pods-";

/** Runs containers as processes under bubblewrap. Those without a command are left to the simulation: an image is a name. */
export function createProcessRunner(options: ProcessRunnerOptions): ContainerRunner {
  const { registry, clock, tokens, tools } = options;
  removeAbandoned(tmpdir());
  const root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const sources = { registry, tokens, claims: join(root, "claims") };
  const pods = new Map<string, ProcessPod>();
  let closed = false;
  let busybox: { readonly mount: Mount | undefined } | undefined;
  const removeFiles = (): void => rmSync(root, { recursive: true, force: true });
  process.once("exit", removeFiles);

  function podFor(uid: string): ProcessPod {
    let pod = pods.get(uid);
    if (pod === undefined) {
      pod = new ProcessPod(join(root, uid), sources, clock);
      pods.set(uid, pod);
    }
    return pod;
  }

  function baseEnvironment(pod: Pod): Record<string, string> & { readonly PATH: string } {
    const server = options.apiServer();
    return {
      PATH: options.searchPath,
      HOME: "/tmp",
      HOSTNAME: hostnameOf(pod),
      ...(server === undefined
        ? {}
        : { KUBERNETES_SERVICE_HOST: server.host, KUBERNETES_SERVICE_PORT: String(server.port) }),
      ...(server === undefined ? {} : { KUBERNETES_SERVICE_PORT_HTTPS: String(server.port) }),
    };
  }

  /** What the image itself brings: nothing, but for busybox where the machine has it. */
  function imageMount(image: string): Mount | undefined {
    if (!isBusybox(image)) return undefined;
    busybox ??= { mount: busyboxApplets(options.searchPath, join(root, "busybox")) };
    return busybox.mount;
  }

  const access = processAccess({ registry, clock, tools, podOf: (pod) => pods.get(pod.metadata.uid ?? "") });
  return {
    access,
    start(pod, container, attempt) {
      const program = containerCommand(container);
      if (closed || program === undefined) return undefined;
      const own = podFor(pod.metadata.uid ?? "");
      const facts: PodFacts = { pod, podIP: attempt.podIP, nodeAddress: attempt.nodeAddress };
      const image = imageMount(container.image ?? "");
      const base = baseEnvironment(pod);
      const searchPath = image === undefined ? base.PATH : `${APPLETS}:${base.PATH}`;
      const environment = containerEnvironment(container, facts, registry, { ...base, PATH: searchPath });
      const mounts = [...own.mounts(container, facts, environment), ...(image === undefined ? [] : [image])];
      const workingDirectory = String(container.workingDir ?? "/");
      const view = viewOf(mounts, workingDirectory);
      const command = program.map((one) => expand(one, environment));
      let stopProbes = (): void => {};
      const run = new ContainerProcess({
        tools,
        clock,
        view,
        hostname: hostnameOf(pod),
        workingDirectory,
        command,
        environment,
        stdin: container.stdin === true,
        tty: container.tty === true,
        memoryLimit: quantityValue(container.resources?.limits?.memory) || undefined,
        exited(end) {
          stopProbes();
          if (!closed) attempt.exited(end);
        },
      });
      own.add(container.name, run);
      stopProbes = startProbes(pod, container, { clock, access, attempt, stop: (graceMs) => run.stop(graceMs) });
      return { stop: (graceMs) => run.stop(graceMs) };
    },
    forget(pod) {
      const { uid = "" } = pod.metadata;
      pods.get(uid)?.close();
      pods.delete(uid);
    },
    close() {
      closed = true;
      for (const pod of pods.values()) pod.close();
      pods.clear();
      removeFiles();
      process.off("exit", removeFiles);
    },
  };
}

function viewOf(mounts: Parameters<typeof rootView>[0], workingDirectory: string): string[] {
  try {
    return rootView(mounts, [workingDirectory]);
  } catch (error) {
    throw new ContainerConfigError(error instanceof Error ? error.message : String(error));
  }
}

function hostnameOf(pod: Pod): string {
  return (pod.spec.hostname ?? pod.metadata.name ?? "").slice(0, 63);
}

/** Directories of processes that did not come to remove them. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}
