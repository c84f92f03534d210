import { PassThrough } from "node:stream";
import type { Terminal } from "../../src/cli/terminal.ts";

/** A terminal in memory, and what was written to it. */
export interface FakeTerminal {
  readonly terminal: Terminal;
  stdout(): string;
  stderr(): string;
}

/** @param tty whether stdout claims to be a terminal. Default false: a pipe. */
export function fakeTerminal(env: Terminal["env"] = {}, tty = false): FakeTerminal {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end();
  const text = (stream: PassThrough): string => String(stream.read() ?? "");
  return {
    terminal: { stdin, stdout: Object.assign(stdout, { isTTY: tty }), stderr, env, cwd: "/nowhere", now: () => 0 },
    stdout: () => text(stdout),
    stderr: () => text(stderr),
  };
}
