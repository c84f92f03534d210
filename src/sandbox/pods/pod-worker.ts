import type { Runtime } from "../controllers/runtime/runtime.ts";
import { formatTime } from "../model/clock.ts";
import { behaviourOf } from "./annotations.ts";
import { restartContainer } from "./container-restart.ts";
import { ContainerConfigError, type ContainerEnd } from "./container-runner.ts";
import { pullImage } from "./image-pull.ts";
import { containerId } from "./images.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import type { Pod, TerminatedState } from "./pod.ts";
import { PodContext } from "./pod-context.ts";
import type { ContainerRuntime, PodRuntime } from "./pod-runtime.ts";
import { addEphemeral, isInitialized, isSidecar, newPodRuntime, restarts } from "./pod-runtime.ts";
import { processEnding } from "./process.ts";

/** How long the kubelet takes to notice a pod, to set up its sandbox, and to notice that a container has ended. */
const NOTICE_MS = 20;
const SANDBOX_MS = 80;
const RELIST_MS = 100;

/** How long the kubelet waits for a ConfigMap or a Secret that is missing. */
const CONFIG_RETRY_MS = 2000;

const SIGKILLED = 137;

/**
 * One pod on its node, from the sandbox to the last container. Whatever changes goes into the PodRuntime first, and is
 * reported from there.
 */
export class PodWorker {
  readonly #runtime: Runtime;
  readonly #node: NodeRuntime;
  readonly #state: PodRuntime;
  readonly #context: PodContext;
  readonly #busy = new Set<ContainerRuntime>();
  #leaving = false;
  #gone = false;

  constructor(runtime: Runtime, node: NodeRuntime, pod: Pod) {
    this.#runtime = runtime;
    this.#node = node;
    this.#state = newPodRuntime(pod, node.address, runtime.clock.now() + NOTICE_MS);
    this.#context = new PodContext(runtime, node, this.#state);
    this.#context.after(NOTICE_MS, () => this.#begin());
  }

  /** The pod as the registry now has it. */
  update(pod: Pod): void {
    const gated = (pod.spec.readinessGates ?? []).length > 0;
    this.#state.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined && !this.#leaving) this.#context.after(0, () => this.#leave());
    else if (gated) this.#context.report();
    if (addEphemeral(this.#state).length > 0 && this.#state.sandboxReady) {
      this.#context.report();
      this.#advance();
    }
  }

  /** Reports the pod's state anew, whatever others made of it. */
  sync(): void {
    this.#context.report();
  }

  /** The pod is gone from the registry: whatever still runs is killed. */
  remove(): void {
    if (!this.#leaving) this.#noteKilling();
    this.halt();
    this.#gone = true;
    this.#node.runner?.forget(this.#state.pod);
    if (this.#state.podIP !== undefined) this.#node.freeAddress(this.#state.podIP);
  }

  /** Drops all timers. */
  halt(): void {
    this.#context.halt();
  }

  #begin(): void {
    if (this.#leaving) return;
    this.#context.report();
    const deadline = this.#state.pod.spec.activeDeadlineSeconds;
    if (deadline !== undefined) this.#context.after(deadline * 1000, () => this.#exceedDeadline());
    this.#context.after(SANDBOX_MS, () => {
      this.#state.sandboxReady = true;
      this.#context.report();
      this.#advance();
    });
  }

  /** Starts what may start now: the first init container that is not done, else every container. */
  #advance(): void {
    if (this.#leaving || this.#state.failure !== undefined) return;
    const inits = this.#state.containers.filter((one) => one.role === "init");
    const next = inits.find((one) => !isInitialized(one));
    const inTurn = next === undefined ? this.#state.containers.filter((one) => one.role === "main") : [next];
    const starting = [...inTurn, ...this.#state.containers.filter((one) => one.role === "ephemeral")];
    for (const container of starting) {
      if (container.phase.state === "waiting" && !this.#busy.has(container)) this.#launch(container);
    }
  }

  #launch(container: ContainerRuntime): void {
    this.#busy.add(container);
    pullImage(this.#context, container, () => this.#create(container));
  }

  #create(container: ContainerRuntime): void {
    this.#context.event(container, "Normal", "Created", "Container created");
    const { startDelayMs } = behaviourOf(this.#state.pod, container.spec.name);
    this.#context.after(startDelayMs, () => this.#start(container));
  }

  #start(container: ContainerRuntime): void {
    const { pod } = this.#state;
    const now = this.#runtime.clock.now();
    this.#state.podIP ??= pod.spec.hostNetwork === true ? this.#node.address : this.#node.takeAddress();
    if (!this.#run(container, now)) return;
    this.#busy.delete(container);
    this.#context.event(container, "Normal", "Started", "Container started");
    if (container.phase.state === "terminated") container.last = container.phase.end;
    container.phase = { state: "running", startedAt: now };
    if (container.process === undefined) this.#simulate(container, now);
    this.#context.report();
    if (isSidecar(container) && container.started) this.#advance();
  }

  #simulate(container: ContainerRuntime, startedAt: number): void {
    const { pod } = this.#state;
    const { readyDelayMs } = behaviourOf(pod, container.spec.name);
    container.started = true;
    if (container.role === "main" || isSidecar(container)) this.#awaitReady(container, startedAt, readyDelayMs);
    const ending = processEnding(pod, container.spec, startedAt);
    if (ending !== undefined) this.#context.after(ending.afterMs, () => this.#exit(container, startedAt, ending));
  }

  /** Starts the container's process where it is to have one. False: something is missing, and it is tried again. */
  #run(container: ContainerRuntime, startedAt: number): boolean {
    const { pod, podIP, nodeAddress } = this.#state;
    const whileRunning = (change: () => void): void => {
      if (this.#gone || !isRunningSince(container, startedAt)) return;
      change();
      this.#context.report();
    };
    try {
      container.process = this.#node.runner?.start(pod, container.spec, {
        restartCount: container.restartCount,
        podIP,
        nodeAddress,
        exited: (end) => this.#gone || this.#exit(container, startedAt, end),
        started: () =>
          whileRunning(() => {
            container.started = true;
            if (isSidecar(container)) this.#advance();
          }),
        ready: (is) =>
          whileRunning(() => {
            if (container.role === "main" || isSidecar(container)) container.ready = is;
          }),
        warn: (reason, message) => {
          if (!this.#gone) this.#context.event(container, reason === "Killing" ? "Normal" : "Warning", reason, message);
        },
      });
      return true;
    } catch (error) {
      if (!(error instanceof ContainerConfigError)) throw error;
      this.#context.event(container, "Warning", "Failed", `Error: ${error.message}`);
      if (container.phase.state === "terminated") container.last = container.phase.end;
      container.phase = { state: "waiting", reason: "CreateContainerConfigError", message: error.message };
      this.#context.report();
      this.#context.after(CONFIG_RETRY_MS, () => this.#start(container));
      return false;
    }
  }

  #awaitReady(container: ContainerRuntime, startedAt: number, delayMs: number | undefined): void {
    if (delayMs === undefined) return;
    const ready = (): void => {
      if (!isRunningSince(container, startedAt)) return;
      container.ready = true;
      this.#context.report();
    };
    if (delayMs === 0) ready();
    else this.#context.after(delayMs, ready);
  }

  #exit(container: ContainerRuntime, startedAt: number, { exitCode, reason, message }: ContainerEnd): void {
    if (!isRunningSince(container, startedAt)) return;
    const { pod } = this.#state;
    const now = this.#runtime.clock.now();
    const { exitReason } = behaviourOf(pod, container.spec.name);
    const end: TerminatedState = {
      exitCode,
      reason: reason ?? exitReason ?? (exitCode === 0 ? "Completed" : "Error"),
      ...(message === undefined ? {} : { message }),
      startedAt: formatTime(startedAt),
      finishedAt: formatTime(now),
      containerID: containerId(pod.metadata.uid ?? "", container.spec.name, container.restartCount),
    };
    container.phase = { state: "terminated", end };
    container.started = false;
    container.ready = container.role === "init" && exitCode === 0 && !isSidecar(container);
    this.#context.report();
    if (this.#leaving || this.#state.failure !== undefined) this.#finish();
    else if (restarts(this.#state, container, exitCode)) {
      const ended = { end, ranMs: now - startedAt, noticeMs: RELIST_MS };
      restartContainer(this.#context, container, ended, () => this.#launch(container));
    } else if (container.role === "init") this.#advance();
    else this.#stopSidecars();
  }

  /** Once no other container is left, the sidecars and those that debug are told to go too. */
  #stopSidecars(): void {
    const mains = this.#state.containers.filter((one) => one.role === "main");
    if (mains.every((one) => one.phase.state === "terminated")) {
      const rest = this.#state.containers.filter((one) => isSidecar(one) || one.role === "ephemeral");
      this.#stop(rest, 30_000);
    }
  }

  #exceedDeadline(): void {
    if (this.#leaving) return;
    const message = "Pod was active on the node longer than the specified deadline";
    this.halt();
    this.#state.failure = { reason: "DeadlineExceeded", message };
    this.#node.events.event(this.#state.pod, "Normal", "DeadlineExceeded", message);
    this.#context.report();
    this.#stop(this.#state.containers, (this.#state.pod.spec.terminationGracePeriodSeconds ?? 30) * 1000);
  }

  /** The pod is marked for deletion: containers get SIGTERM, then SIGKILL once the grace period is over. */
  #leave(): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.halt();
    this.#noteKilling();
    this.#stop(this.#state.containers, (this.#state.pod.metadata.deletionGracePeriodSeconds ?? 30) * 1000);
    this.#finish();
  }

  #noteKilling(): void {
    for (const container of this.#state.containers) {
      if (container.phase.state !== "running") continue;
      this.#context.event(container, "Normal", "Killing", `Stopping container ${container.spec.name}`);
    }
  }

  #stop(containers: readonly ContainerRuntime[], graceMs: number): void {
    for (const container of containers) {
      if (container.phase.state !== "running") continue;
      const { startedAt } = container.phase;
      if (container.process !== undefined) {
        container.process.stop(graceMs);
        continue;
      }
      const { stopMs } = behaviourOf(this.#state.pod, container.spec.name);
      const killed = stopMs > graceMs;
      const exitCode = killed ? SIGKILLED : 0;
      this.#context.after(Math.min(stopMs, graceMs), () => this.#exit(container, startedAt, { exitCode }));
    }
  }

  /** With no container left running a deleted pod's last status is written, and the pod taken away. */
  #finish(): void {
    if (!this.#leaving || this.#state.containers.some((one) => one.phase.state === "running")) return;
    this.#context.after(RELIST_MS, () => {
      const { namespace = "", name = "", uid = "" } = this.#state.pod.metadata;
      this.#runtime.registry.delete("pods", namespace, name, { gracePeriodSeconds: 0, uid });
    });
  }
}

function isRunningSince(container: ContainerRuntime, startedAt: number): boolean {
  return container.phase.state === "running" && container.phase.startedAt === startedAt;
}
