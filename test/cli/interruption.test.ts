import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Interrupter, listenForInterruption } from "../../src/cli/interruption.ts";
import { runWithGlobals } from "../../src/cli/script-session.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { GRACE_MS } from "../../src/runtime/patience.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";
import { fakeTerminal } from "../support/terminal.ts";

class Process extends EventEmitter implements Interrupter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

test("a first Ctrl-C aborts, a second ends the process, and nothing is listened to afterwards", () => {
  const source = new Process();
  const { terminal } = fakeTerminal();
  const before = terminal.stdout.listenerCount("error");
  const interruption = listenForInterruption({ source, terminal });
  source.emit("SIGINT");
  expect(interruption.exitCode()).toBe(130);
  expect(interruption.signal.reason).toMatchObject({ code: "ABORTED", message: "Interrupted" });
  expect(source.exits).toEqual([]);
  source.emit("SIGTERM");
  expect(source.exits).toEqual([130]);
  interruption.done();
  expect(source.eventNames()).toEqual([]);
  expect(terminal.stdout.listenerCount("error")).toBe(before);
});

test("a run that goes on after its time limit is ended, whatever else comes meanwhile", () => {
  vi.useFakeTimers();
  try {
    const source = new Process();
    const interruption = listenForInterruption({ source, timeoutMs: 2000 });
    vi.advanceTimersByTime(2000);
    expect(interruption.exitCode()).toBe(124);
    vi.advanceTimersByTime(GRACE_MS - 1);
    expect(source.exits).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(source.exits).toEqual([124]);
    interruption.done();
  } finally {
    vi.useRealTimers();
  }
});

test("a reader that went away ends the run as done, however many writes find that out", () => {
  const source = new Process();
  const { terminal } = fakeTerminal();
  const interruption = listenForInterruption({ source, terminal });
  const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  for (const output of [terminal.stdout, terminal.stderr, terminal.stdout]) output.emit("error", gone);
  expect(interruption.signal.aborted).toBe(true);
  expect([interruption.exitCode(), source.exits]).toEqual([0, []]);
  interruption.done();
});

test("what is interrupted while its cluster is opened does not begin", async () => {
  const { terminal, stderr } = fakeTerminal();
  const work = vi.fn(async () => "done");
  expect(await runWithGlobals({ sandbox: true, timeout: "1ms" }, terminal, {}, work)).toBe(124);
  expect(work).not.toHaveBeenCalled();
  expect(stderr()).toContain("TimeoutError: Timed out after 1ms");
});

let program: BuiltProgram;
let folder: string;
beforeAll(async () => {
  program = await buildProgram();
  folder = await mkdtemp(path.join(tmpdir(), "interruption-test-"));
});
afterAll(async () => {
  await program.remove();
  await rm(folder, { recursive: true });
});

function start(words: readonly string[]): ChildProcess & { said(): string } {
  const env = { ...process.env, TMPDIR: folder, KUBECONFIG: "/dev/null" };
  const child = spawn(process.execPath, [program.entry, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  return Object.assign(child, { said: () => said });
}

test("a run whose output nobody reads leaves no file behind, and says nothing", async () => {
  const child = start(["eval", "--sandbox", "await $`true`; for (;;) { console.log(1); await sleep(1); }"]);
  await once(child.stdout as EventEmitter, "data");
  child.stdout?.destroy();
  expect(await once(child, "close")).toEqual([0, null]);
  expect(child.said()).toBe("");
  expect(await readdir(folder)).toEqual([]);
});

test("Ctrl-C waits for what tidies up on a slow server, and for nothing else", async () => {
  const sandbox = await startSandbox();
  const k8s = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  try {
    await writeFile(path.join(folder, "config"), sandbox.kubeconfig);
    await k8s.configmaps.create({ metadata: { name: "lock" } });
    sandbox.faults.inject({ type: "latency", ms: 1500 }, { verb: "delete", resource: "configmaps" });
    const code = (tidy: string): string =>
      `try { log("going"); await sleep("1h"); } finally { ${tidy}; log("tidied"); }`;
    const interrupted = async (tidy: string): Promise<string> => {
      const child = start(["eval", "--kubeconfig", path.join(folder, "config"), code(tidy)]);
      await vi.waitUntil(() => child.said().includes("going"), { timeout: 10_000 });
      child.kill("SIGINT");
      expect(await once(child, "close")).toEqual([130, null]);
      return child.said();
    };
    const said = await interrupted('await k8s.configmaps.delete("lock")');
    expect(said).toBe("going\nTidying up; Ctrl-C again ends at once.\ntidied\nAbortError: Interrupted\n");
    expect(await k8s.configmaps.find("lock")).toBeUndefined();
    expect(await interrupted("await new Promise((resolve) => setTimeout(resolve, 30_000))")).toBe(
      "going\nAbortError: Interrupted\n",
    );
  } finally {
    await k8s.close();
    await sandbox.close();
  }
});
