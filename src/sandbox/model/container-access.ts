import type { Duplex } from "node:stream";
import type { PodLogOptions } from "../pods/logs.ts";
import type { Pod } from "../pods/pod.ts";

/** How a command in a container, or the container's own process, is spoken to. */
export interface SessionOptions {
  readonly stdin: boolean;
  readonly tty: boolean;
}

export interface ExecOptions extends SessionOptions {
  readonly command: readonly string[];
}

/** A conversation with a process in a container. */
export interface ContainerSession {
  /** Takes what the process reads; ended, the process reads its end. Undefined when it was not asked for. */
  readonly stdin: NodeJS.WritableStream | undefined;
  readonly stdout: NodeJS.ReadableStream;
  /** With a terminal nothing comes here: it all goes to `stdout`. */
  readonly stderr: NodeJS.ReadableStream;
  /** The process's end, once all that it printed has been read. */
  readonly ended: Promise<SessionEnd>;
  /** The terminal's size in characters; without a terminal nothing happens. */
  resize(columns: number, rows: number): void;
  /** The client has gone: a command is ended, a container's own process left alone. */
  close(): void;
}

export type SessionEnd =
  | { readonly type: "exited"; readonly exitCode: number }
  /** It could not be started, or was lost: the runtime's own words. */
  | { readonly type: "failed"; readonly message: string };

/**
 * What can be done with the containers of pods, however they are run. The container named exists in the pod. Failures
 * are thrown as StatusError.
 */
export interface ContainerAccess {
  logs(pod: Pod, container: string, options: PodLogOptions): AsyncIterable<string | Uint8Array>;
  exec(pod: Pod, container: string, options: ExecOptions): Promise<ContainerSession>;
  attach(pod: Pod, container: string, options: SessionOptions): Promise<ContainerSession>;
  /**
   * Refuses what can be seen before a connection is upgraded: a pod whose containers cannot be spoken to at all.
   */
  check(pod: Pod, what: "exec" | "attach" | "portforward" | "proxy"): void;
  /** A connection to a port of the pod; rejects with the socket's error when nothing listens there. */
  connect(pod: Pod, port: number): Promise<Duplex>;
}
