import type { Clock } from "../../model/clock.ts";
import type { ContainerAccess } from "../../model/container-access.ts";
import { badRequest, StatusError } from "../../model/status-error.ts";
import type { Registry } from "../../storage/registry.ts";
import { containerId } from "../images.ts";
import { allContainers, containerStatusOf, type Pod } from "../pod.ts";
import { simulatedContainers } from "../simulated-containers.ts";
import { containerCommand } from "./container-command.ts";
import type { ContainerProcess } from "./container-process.ts";
import { attachTo, execIn } from "./exec.ts";
import type { HostTools } from "./host-tools.ts";
import { connectToLocalPort } from "./local-port.ts";
import type { ProcessPod } from "./process-pod.ts";
import { readLog } from "./read-log.ts";

export interface ProcessAccessOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly tools: HostTools;
  podOf(pod: Pod): ProcessPod | undefined;
}

/** Reaches the processes of pods; of containers that have none, what the simulation can answer. */
export function processAccess({ registry, clock, tools, podOf }: ProcessAccessOptions): ContainerAccess {
  const simulated = simulatedContainers(registry, clock);

  function running(pod: Pod, container: string): ContainerProcess {
    const process = podOf(pod)?.processes.get(container)?.current;
    if (process?.running === true) return process;
    if (isSimulated(pod, container)) throw withoutCommand(pod, container);
    throw new StatusError(404, "NotFound", `container not found (${JSON.stringify(container)})`);
  }

  return {
    logs(pod, container, options) {
      if (isSimulated(pod, container)) return simulated.logs(pod, container, options);
      const runs = podOf(pod)?.processes.get(container);
      const status = containerStatusOf(pod, container);
      // Between two runs the one that has ended is both the last and the previous one.
      const between = status?.state.waiting !== undefined;
      const run = options.previous === true && !between ? runs?.previous : runs?.current;
      const { name } = pod.metadata;
      if (run !== undefined) return readLog(run.log, options, clock.now());
      if (options.previous === true) {
        throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
      }
      // A container that has never begun: the reason is the same for both.
      return simulated.logs(pod, container, options);
    },
    check() {
      // Which container it is about is known later.
    },
    async exec(pod, container, options) {
      const process = running(pod, container);
      const pid = await process.pid;
      if (pid === undefined) throw new StatusError(404, "NotFound", `container not found ("${container}")`);
      const id = containerId(pod.metadata.uid ?? "", container, 0).replace("containerd://", "");
      return execIn(tools, pid, id, process.environment, options);
    },
    async attach(pod, container, options) {
      const spec = allContainers(pod).find(({ name }) => name === container);
      return attachTo(running(pod, container), options, spec?.stdinOnce === true);
    },
    async connect(pod, port) {
      if (pod.spec.containers.every(({ name }) => isSimulated(pod, name))) {
        throw withoutCommand(pod, pod.spec.containers[0]?.name ?? "");
      }
      return connectToLocalPort(port, pod.metadata.uid ?? "");
    },
  };
}

function isSimulated(pod: Pod, container: string): boolean {
  const spec = allContainers(pod).find(({ name }) => name === container);
  return spec === undefined || containerCommand(spec) === undefined;
}

function withoutCommand(pod: Pod, container: string): StatusError {
  return new StatusError(
    501,
    "NotImplemented",
    `container "${container}" of pod "${pod.metadata.name}" is simulated: it has no command, and images are only names here`,
  );
}
