import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type IPty, spawn } from "@lydell/node-pty";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";

let program: BuiltProgram;
let cluster: StreamCluster;

beforeAll(async () => {
  program = await buildProgram();
  cluster = await startStreamCluster();
  await cluster.pod("p");
  await writeFile(path.join(program.folder, "config"), cluster.kubeconfig);
});
afterAll(async () => {
  await cluster.close();
  await program.remove();
});

const terminals: IPty[] = [];
afterEach(() => {
  for (const terminal of terminals.splice(0)) terminal.kill();
});

/** kubescript in a real terminal, on a cluster whose commands are children of the test. */
function kubescript(...args: string[]) {
  const env = {
    ...process.env,
    NO_COLOR: "1",
    KUBESCRIPT_HISTORY: "",
    KUBECONFIG: path.join(program.folder, "config"),
  };
  const terminal = spawn(process.execPath, [program.entry, ...args], { cols: 120, rows: 40, cwd: tmpdir(), env });
  terminals.push(terminal);
  let output = "";
  let from = 0;
  terminal.onData((data) => {
    output += data;
  });
  const exited = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  const see = async (expected: RegExp): Promise<void> => {
    await expect
      .poll(() => expected.test(output.slice(from)) || output.slice(from), { timeout: 10_000, interval: 20 })
      .toBe(true);
    from = output.length;
  };
  /** Presses Ctrl-C, again where nothing came of it: see the prompt's own test. */
  const interrupt = async (): Promise<void> => {
    const seen = (): boolean => output.slice(from).includes("interrupted");
    for (let presses = 0; presses < 4 && !seen(); presses++) {
      terminal.write("\u0003");
      await vi.waitUntil(seen, { timeout: 2000, interval: 20 }).catch(() => undefined);
    }
  };
  return { exited, see, interrupt, type: (keys: string) => terminal.write(keys) };
}

// Shows control characters, and ends after three of them.
const COMMAND = `["sh", "-c", "echo begun; head -c 3 | cat -v"]`;

test("at the prompt, Ctrl-C goes to the remote process, and the prompt is usable afterwards", async () => {
  const session = kubescript();
  await session.see(/default> /);
  session.type(`k8s.pods.exec("p", ${COMMAND}, { terminal: true })\r`);
  await session.see(/begun\r?\n/);
  session.type("a\u0003\r");
  await session.see(/a\^C\^M.*\{ exitCode: 0 \}[\s\S]*> /);
  session.type("40 + 2\r");
  await session.see(/\n42\r\n[\s\S]*> /);
  session.type("console.log('go' + 'ing'); await new Promise(() => {})\r");
  await session.see(/going/);
  await session.interrupt();
  await session.see(/interrupted[\s\S]*> /);
  session.type("k8s.pods.exec('p', ['sh', '-c', 'echo begun; read x'], { terminal: true })\r");
  await session.see(/begun\r?\n/);
  session.type("\n");
  await session.see(/exitCode: 0[\s\S]*> /);
  session.type(".exit\r");
  expect(await session.exited).toBe(0);
});

test("in eval, too, which ends when the remote process has", async () => {
  const session = kubescript("eval", `k8s.pods.exec("p", ${COMMAND}, { terminal: true })`);
  await session.see(/begun/);
  session.type("\u0003\u0003\u0003");
  await session.see(/\^C\^C\^C/);
  expect(await session.exited).toBe(0);
});
