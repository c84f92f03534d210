import type { Clock } from "../model/clock.ts";
import type { ContainerAccess } from "../model/container-access.ts";
import { StatusError } from "../model/status-error.ts";
import type { Registry } from "../storage/registry.ts";
import { podLogs } from "./logs.ts";
import type { Pod } from "./pod.ts";

const WORDS = {
  exec: "run commands in",
  attach: "attach to",
  portforward: "forward ports to",
  proxy: "proxy requests to",
} as const;

/** Containers that only seem to run: they have logs, but no process behind them. */
export function simulatedContainers(registry: Registry, clock: Clock): ContainerAccess {
  return {
    logs(pod, container, options) {
      const { namespace = "", name = "" } = pod.metadata;
      const current = (): Pod | undefined => registry.get("pods", namespace, name) as Pod | undefined;
      return podLogs(pod, container, options, { clock, current });
    },
    check: (pod, what) => {
      throw notRunning(pod, what);
    },
    exec: async (pod) => Promise.reject(notRunning(pod, "exec")),
    attach: async (pod) => Promise.reject(notRunning(pod, "attach")),
    connect: async (pod) => Promise.reject(notRunning(pod, "portforward")),
  };
}

/** 501 instead of what a kubelet would say: no real node lacks this, and the way to it must be named. */
function notRunning(pod: Pod, what: keyof typeof WORDS): StatusError {
  return new StatusError(
    501,
    "NotImplemented",
    `cannot ${WORDS[what]} pod "${pod.metadata.name}": its containers are simulated; a sandbox started with --pods=process runs them as local processes`,
  );
}
