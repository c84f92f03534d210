import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { ContainerSession, ExecOptions, SessionEnd, SessionOptions } from "../../model/container-access.ts";
import type { ContainerProcess } from "./container-process.ts";
import type { HostTools } from "./host-tools.ts";
import { descendantsOf, signalProcess } from "./signals.ts";
import { resizeTerminal, terminalCommand } from "./terminal.ts";

/** What waits for a slow reader of an attached container before it is let go, in bytes. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Runs a command in the namespaces of a container's process `pid`. `id` is the container's. */
export function execIn(
  tools: HostTools,
  pid: number,
  id: string,
  environment: Readonly<Record<string, string>>,
  { command, stdin, tty }: ExecOptions,
): ContainerSession {
  const program = command[0] ?? "";
  const problem = startProblem(pid, program, environment.PATH ?? "");
  if (problem !== undefined) return refused(id, program, problem);
  const namespaces = ["--user", "--preserve-credentials", "--mount", "--uts", "--ipc", "--pid", "--wd"];
  const inside = tty ? terminalCommand(tools, command) : command;
  const argv = ["--pdeathsig", "KILL", tools.nsenter, "--target", String(pid), ...namespaces, "--", ...inside];
  const child = spawn(tools.setpriv, argv, {
    detached: true,
    env: { TERM: "xterm", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  if (!stdin && !tty) child.stdin.end();
  const ended = new Promise<SessionEnd>((resolve) => {
    child.once("error", (error) => resolve({ type: "failed", message: error.message }));
    child.once("exit", (code, signal) => {
      resolve({ type: "exited", exitCode: code ?? (signal === "SIGTERM" ? 143 : 137) });
    });
  });
  child.stdin.on("error", () => undefined);
  return {
    stdin: stdin ? child.stdin : undefined,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    resize(columns, rows) {
      if (tty && child.pid !== undefined) resizeTerminal(tools.stty, child.pid, columns, rows);
    },
    close() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      // With a terminal the command leads a session of its own.
      for (const descendant of descendantsOf(child.pid)) signalProcess(descendant, "SIGKILL");
      signalProcess(-child.pid, "SIGKILL");
    },
  };
}

/**
 * Joins a container's own process: its outputs from now on and, where it reads one, its stdin. The session succeeds
 * however the container ends, as a kubelet's does: how is in the pod's status.
 */
export function attachTo(process: ContainerProcess, options: SessionOptions, stdinOnce: boolean): ContainerSession {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const end = (): void => {
    untap();
    stdout.end();
    stderr.end();
  };
  const pass =
    (stream: PassThrough) =>
    (chunk: Buffer): void => {
      stream.write(chunk);
      if (stream.writableLength > MAX_WAITING_BYTES) end();
    };
  const untap = process.tap(pass(stdout), pass(stderr));
  const ended = process.ended.then((): SessionEnd => {
    end();
    return { type: "exited", exitCode: 0 };
  });
  return {
    stdin: options.stdin ? containerInput(process, stdinOnce) : undefined,
    stdout,
    stderr,
    ended,
    resize: (columns, rows) => process.resize(columns, rows),
    close: end,
  };
}

/** What a client types; its end is the container's only where the container says so. */
function containerInput(process: ContainerProcess, once: boolean): PassThrough {
  const input = new PassThrough();
  const { stdin } = process;
  if (stdin === undefined) input.resume();
  else input.pipe(stdin, { end: once });
  return input;
}

/** As a container runtime words it. */
function refused(id: string, program: string, why: string): ContainerSession {
  const stdout = new PassThrough().end();
  const stderr = new PassThrough().end();
  const runtime = `OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(program)}: ${why}: unknown`;
  const message = `error executing command in container: failed to exec in container: failed to start exec ${JSON.stringify(id)}: ${runtime}`;
  return {
    stdin: undefined,
    stdout,
    stderr,
    ended: Promise.resolve({ type: "failed", message }),
    resize: () => {},
    close: () => {},
  };
}

/** Why the container cannot start the program, looked for as `execvp` does; undefined where nothing is in the way. */
function startProblem(pid: number, program: string, searchPath: string): string | undefined {
  const root = `/proc/${pid}/root`;
  if (!program.includes("/")) {
    const isThere = searchPath
      .split(":")
      .some((directory) => fileProblem(join(root, directory, program)) === undefined);
    return isThere ? undefined : "executable file not found in $PATH";
  }
  // One that is relative is for the working directory to tell.
  if (!program.startsWith("/")) return undefined;
  const problem = fileProblem(join(root, program));
  return problem === ABSENT ? `stat ${program}: ${ABSENT}` : problem;
}

const ABSENT = "no such file or directory";

function fileProblem(path: string): string | undefined {
  try {
    if (statSync(path).isDirectory()) return "is a directory";
    accessSync(path, constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EACCES" ? "permission denied" : ABSENT;
  }
}
