import { type ChildProcess, spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../model/clock.ts";
import type { ContainerEnd } from "../container-runner.ts";
import { ContainerLog } from "./container-log.ts";
import type { HostTools } from "./host-tools.ts";
import { watchMemory } from "./memory-limit.ts";
import { programOf, signalProcess } from "./signals.ts";
import { resizeTerminal, terminalCommand } from "./terminal.ts";

export interface ProcessOptions {
  readonly tools: HostTools;
  readonly clock: Clock;
  /** bubblewrap's arguments for the file system. */
  readonly view: readonly string[];
  readonly hostname: string;
  readonly workingDirectory: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly tty: boolean;
  /** Bytes; what holds more is killed. Default no limit. */
  readonly memoryLimit: number | undefined;
  exited(end: ContainerEnd): void;
}

/** bubblewrap tells the process's id here. */
const INFO_FD = 3;

/** How often a process that is about to begin is looked at. */
const BEGIN_MS = 5;

const OUT_OF_MEMORY: ContainerEnd = { exitCode: 137, reason: "OOMKilled" };

/** One run of a container: a process under bubblewrap, in a process group of its own. */
export class ContainerProcess {
  readonly log: ContainerLog;
  readonly environment: Readonly<Record<string, string>>;
  readonly tty: boolean;
  readonly stdin: Writable | undefined;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #stty: string;
  readonly #known: Promise<number | undefined>;
  readonly #finished = settleable<ContainerEnd>();
  #ended = false;
  #outOfMemory = false;

  constructor(options: ProcessOptions) {
    const { tools, clock, environment, tty, stdin } = options;
    this.log = new ContainerLog(() => clock.now());
    this.environment = environment;
    this.tty = tty;
    this.#clock = clock;
    this.#stty = tools.stty;
    // The kernel kills it should this process die without having said good-bye.
    const argv = ["--pdeathsig", "KILL", tools.bwrap, ...bubblewrapArguments(options)];
    this.#child = spawn(tools.setpriv, argv, {
      detached: true,
      env: { ...environment },
      stdio: [stdin || tty ? "pipe" : "ignore", "pipe", "pipe", "pipe"],
    });
    this.stdin = stdin ? (this.#child.stdin ?? undefined) : undefined;
    this.#child.stdin?.on("error", () => undefined);
    this.#known = childPid(this.#child.stdio[INFO_FD] as Readable).then((pid) => this.#begun(pid, tools.bwrap));
    const complaint = this.#capture();
    if (options.memoryLimit !== undefined) void this.#limit(options.memoryLimit);
    this.#child.once("error", (error) =>
      this.#end({ exitCode: 128, reason: "StartError", message: error.message }, options),
    );
    this.#child.once("close", (code, signal) =>
      this.#end(this.#outOfMemory ? OUT_OF_MEMORY : endOf(code, signal, complaint()), options),
    );
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** The process's id on the host, in whose namespaces commands are run; undefined when it has not begun. */
  get pid(): Promise<number | undefined> {
    return this.#known;
  }

  /** Passes on what it prints from now on; the function returned ends that. */
  tap(stdout: (chunk: Buffer) => void, stderr: (chunk: Buffer) => void): () => void {
    this.#child.stdout?.on("data", stdout);
    this.#child.stderr?.on("data", stderr);
    return () => {
      this.#child.stdout?.off("data", stdout);
      this.#child.stderr?.off("data", stderr);
    };
  }

  /** Resolves when it has ended. */
  get ended(): Promise<ContainerEnd> {
    return this.#finished.promise;
  }

  resize(columns: number, rows: number): void {
    if (this.tty && this.#child.pid !== undefined) resizeTerminal(this.#stty, this.#child.pid, columns, rows);
  }

  /** SIGTERM, then SIGKILL. */
  stop(graceMs: number): void {
    if (this.#ended) return;
    if (graceMs <= 0) {
      this.kill();
      return;
    }
    const cancel = this.#clock.schedule(graceMs, () => this.kill());
    this.#child.once("close", cancel);
    void this.#known.then((pid) => {
      if (pid === undefined || this.#ended) return;
      signalProcess(pid, "SIGTERM");
    });
  }

  /** Ends it and all that it has started, at once. */
  kill(): void {
    if (this.#ended || this.#child.pid === undefined) return;
    // bubblewrap takes the process with it, and that, first in its namespace, all others.
    signalProcess(-this.#child.pid, "SIGKILL");
  }

  /** The process, once it is the container's program: until then it is bubblewrap, which still makes the namespaces. */
  async #begun(pid: number | undefined, bwrap: string): Promise<number | undefined> {
    const file = realpathSync(bwrap);
    while (pid !== undefined && !this.#ended && programOf(pid) === file) await delay(BEGIN_MS);
    return this.#ended ? undefined : pid;
  }

  async #limit(bytes: number): Promise<void> {
    const pid = await this.#known;
    if (pid === undefined || this.#ended) return;
    const stop = watchMemory(pid, bytes, () => {
      this.#outOfMemory = true;
      this.kill();
    });
    void this.ended.then(stop);
  }

  /** Returns what tells of the first thing that it said on stderr. */
  #capture(): () => string {
    const { stdout, stderr } = this.#child;
    const outputs = [stdout, stderr].filter((stream) => stream !== null);
    let said = "";
    for (const stream of outputs) {
      const writer = this.log.writer();
      stream.on("data", (chunk: Buffer) => {
        writer.write(chunk);
        if (stream === stderr && said.length < 1024) said += chunk.toString();
      });
      stream.once("close", () => writer.end());
    }
    return () => said;
  }

  #end(end: ContainerEnd, { exited }: ProcessOptions): void {
    if (this.#ended) return;
    this.#ended = true;
    this.log.close();
    this.#finished.resolve(end);
    exited(end);
  }
}

function bubblewrapArguments(options: ProcessOptions): string[] {
  const namespaces = ["--unshare-user", "--uid", "0", "--gid", "0", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
  return [
    ...namespaces,
    ...["--hostname", options.hostname, "--die-with-parent", "--as-pid-1", "--info-fd", String(INFO_FD)],
    ...options.view,
    ...["--chdir", options.workingDirectory, "--"],
    ...(options.tty ? terminalCommand(options.tools, options.command) : options.command),
  ];
}

function endOf(code: number | null, signal: NodeJS.Signals | null, said: string): ContainerEnd {
  const failed = /^bwrap: execvp (.*): (.*)$/m.exec(said);
  if (code === 1 && failed !== null) {
    const why = failed[2] === "No such file or directory" ? "executable file not found in $PATH" : failed[2];
    const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: unable to start container process: error during container init: exec: ${JSON.stringify(failed[1])}: ${why}`;
    return { exitCode: 128, reason: "StartError", message };
  }
  if (code !== null) return { exitCode: code };
  return { exitCode: signal === "SIGTERM" ? 143 : 137 };
}

/** The process's id, as soon as bubblewrap tells it; undefined when it ends before. */
function childPid(info: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = "";
    info.on("error", () => resolve(undefined));
    info.on("close", () => resolve(undefined));
    info.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const [, pid] = /"child-pid":\s*(\d+)\s*[,}]/.exec(text) ?? [];
      if (pid !== undefined) resolve(Number(pid));
    });
  });
}

function settleable<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
