import type { RunningContainer } from "./container-runner.ts";
import type { Container, Pod, TerminatedState } from "./pod.ts";

/** What the node's runtime knows of one container: the ground truth that the pod's status is written from. */
export interface ContainerRuntime {
  readonly spec: Container;
  readonly role: "init" | "main" | "ephemeral";
  phase: ContainerPhase;
  restartCount: number;
  started: boolean;
  ready: boolean;
  /** The end of the run before this one. */
  last: TerminatedState | undefined;
  /** The image is on the node. */
  pulled: boolean;
  /** Failures in a row, for the back-off. */
  failures: number;
  /** What really runs; undefined of a container that is simulated, and before the first start. */
  process: RunningContainer | undefined;
}

/** Transitions: waiting → running → terminated → (restart) waiting or running again. */
export type ContainerPhase =
  | { readonly state: "waiting"; readonly reason: string; readonly message?: string }
  | { readonly state: "running"; readonly startedAt: number }
  | { readonly state: "terminated"; readonly end: TerminatedState };

/** One pod on its node. */
export interface PodRuntime {
  pod: Pod;
  readonly startedAt: number;
  readonly nodeAddress: string;
  sandboxReady: boolean;
  podIP: string | undefined;
  /** Set when the kubelet ends the pod by itself: `DeadlineExceeded`, `Evicted`. */
  failure: { readonly reason: string; readonly message: string } | undefined;
  readonly containers: ContainerRuntime[];
  readonly timers: Set<() => void>;
}

export function newPodRuntime(pod: Pod, nodeAddress: string, startedAt: number): PodRuntime {
  const { initContainers: inits = [], containers, ephemeralContainers = [] } = pod.spec;
  const reason = inits.length > 0 ? "PodInitializing" : "ContainerCreating";
  return {
    pod,
    startedAt,
    nodeAddress,
    sandboxReady: false,
    podIP: undefined,
    failure: undefined,
    containers: [
      ...inits.map((spec) => newContainer(spec, "init", reason)),
      ...containers.map((spec) => newContainer(spec, "main", reason)),
      ...ephemeralContainers.map((spec) => newContainer(spec, "ephemeral", "ContainerCreating")),
    ],
    timers: new Set(),
  };
}

/** Takes up the ephemeral containers that have come since, and gives them. */
export function addEphemeral(runtime: PodRuntime): ContainerRuntime[] {
  const known = new Set(runtime.containers.map(({ spec }) => spec.name));
  const added = (runtime.pod.spec.ephemeralContainers ?? [])
    .filter(({ name }) => !known.has(name))
    .map((spec) => newContainer(spec, "ephemeral", "ContainerCreating"));
  runtime.containers.push(...added);
  return added;
}

function newContainer(spec: Container, role: ContainerRuntime["role"], reason: string): ContainerRuntime {
  return {
    spec,
    role,
    phase: { state: "waiting", reason },
    restartCount: 0,
    started: false,
    ready: false,
    last: undefined,
    pulled: false,
    failures: 0,
    process: undefined,
  };
}

/** A container that stays beside the others although it is listed among the init containers. */
export function isSidecar(container: ContainerRuntime): boolean {
  return container.role === "init" && container.spec.restartPolicy === "Always";
}

/** The next container starts once this init container has done its part. */
export function isInitialized(container: ContainerRuntime): boolean {
  if (isSidecar(container)) return container.started;
  return container.phase.state === "terminated" && container.phase.end.exitCode === 0;
}

/** Does the kubelet start the container again after it has ended? */
export function restarts(runtime: PodRuntime, container: ContainerRuntime, exitCode: number): boolean {
  const policy = runtime.pod.spec.restartPolicy ?? "Always";
  if (isSidecar(container)) return true;
  if (container.role === "ephemeral") return false;
  if (container.role === "init") return exitCode !== 0 && policy !== "Never";
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}
