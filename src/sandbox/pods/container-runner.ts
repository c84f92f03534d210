import type { ContainerAccess } from "../model/container-access.ts";
import type { Container, Pod } from "./pod.ts";

/** Runs containers as something real, where the simulation would only tell of them. */
export interface ContainerRunner {
  /** How requests reach the containers that it runs. */
  readonly access: ContainerAccess;
  /**
   * Starts a container's process; undefined leaves the container to the simulation. Throws ContainerConfigError as long
   * as something is missing that the container needs.
   */
  start(pod: Pod, container: Container, attempt: ContainerAttempt): RunningContainer | undefined;
  /** The pod is gone: ends what still runs of it and removes its files. */
  forget(pod: Pod): void;
  /** Ends everything that it started. */
  close(): void;
}

/** One start of a container, and who is to hear of it. */
export interface ContainerAttempt {
  readonly restartCount: number;
  /** The pod's address; undefined before it has one. */
  readonly podIP: string | undefined;
  readonly nodeAddress: string;
  /** Once. */
  exited(end: ContainerEnd): void;
  /** The start-up probe has succeeded, or there is none. */
  started(): void;
  /** Each time the container becomes ready or unready. */
  ready(is: boolean): void;
  /** A failed probe: the reason and message of an event. */
  warn(reason: string, message: string): void;
}

export interface RunningContainer {
  /** Asks the process to end, and kills it `graceMs` later. */
  stop(graceMs: number): void;
}

export interface ContainerEnd {
  readonly exitCode: number;
  /** Default: `Completed`, or `Error`. */
  readonly reason?: string;
  readonly message?: string;
}

/** Why a container cannot be started now; the kubelet tries again later. */
export class ContainerConfigError extends Error {
  override readonly name = "ContainerConfigError";
}
