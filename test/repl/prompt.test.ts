import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type IPty, spawn } from "@lydell/node-pty";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type BuiltProgram, buildProgram } from "../support/built-program.ts";

let program: BuiltProgram;

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program.remove());

/** A prompt on a sandbox in a real terminal. */
class Session {
  readonly #terminal: IPty;
  #output = "";
  #from = 0;
  readonly exited: Promise<number>;

  constructor(history = "") {
    this.#terminal = spawn(process.execPath, [program.entry, "--sandbox"], {
      cols: 120,
      rows: 40,
      cwd: tmpdir(),
      env: { ...process.env, NO_COLOR: "1", KUBESCRIPT_HISTORY: history, KUBECONFIG: "/dev/null" },
    });
    this.#terminal.onData((data) => {
      this.#output += data;
    });
    this.exited = new Promise((resolve) => this.#terminal.onExit(({ exitCode }) => resolve(exitCode)));
  }

  /** Types, and waits until what follows matches. */
  async type(keys: string, expected: RegExp | string = "> "): Promise<string> {
    this.#from = this.#output.length;
    this.#terminal.write(keys);
    return this.see(expected);
  }

  async see(expected: RegExp | string): Promise<string> {
    const matches = (text: string): boolean =>
      typeof expected === "string" ? text.includes(expected) : expected.test(text);
    await expect
      .poll(() => matches(this.#output.slice(this.#from)) || this.#output.slice(this.#from), {
        timeout: 10_000,
        interval: 20,
      })
      .toBe(true);
    return this.#output.slice(this.#from);
  }

  /**
   * Presses Ctrl-C, again where nothing came of it, as a person does: node's `breakOnSigint` drops a signal that comes in
   * the very moment in which the code ends.
   */
  async interrupt(expected: RegExp): Promise<void> {
    const from = this.#output.length;
    const seen = (): boolean => expected.test(this.#output.slice(from));
    for (let presses = 0; presses < 4 && !seen(); presses++) {
      this.#terminal.write("\u0003");
      await vi.waitUntil(seen, { timeout: 2000, interval: 20 }).catch(() => undefined);
    }
    expect(this.#output.slice(from)).toMatch(expected);
  }

  async leave(): Promise<number> {
    this.#terminal.write(".exit\r");
    return this.exited;
  }

  kill(signal?: string): void {
    this.#terminal.kill(signal);
  }
}

const sessions: Session[] = [];
async function open(history?: string): Promise<Session> {
  const session = new Session(history);
  sessions.push(session);
  await session.see("sandbox/default> ");
  return session;
}
afterEach(() => {
  for (const session of sessions.splice(0)) session.kill();
});

test("a line is a value, names are declared again, and lines are continued", async () => {
  const session = await open();
  await session.type("const a = 1\r", "default> ");
  await session.type("const a: number = 20; a + 1\r", /\n21\r\n/);
  await session.type("_ * 2\r", /\n42\r\n/);
  await session.type("[1,\r", "... ");
  await session.type("2].length\r", /\n2\r\n/);
  // a text that ends in a newline, as kubectl's do, is followed by the prompt and no blank line
  await session.type('"a\\nb\\n"\r', /\na\r\nb\r\n[^\r\n]*default> /);
  await session.type("const bad = = 1\r", /prompt:1:13[\s\S]*\^/);
  await session.type('import { basename } from "node:path"; basename("/x/y.z")\r', /'y\.z'\r\n/);
  expect(await session.leave()).toBe(0);
});

test("lists are printed in columns, a watch until Ctrl-C, an error without a stack", async () => {
  const session = await open();
  await session.type("k8s.nodes.list()\r", /NAME +STATUS +ROLES +AGE +VERSION\r\n.*Ready/);
  await session.type("k8s.namespaces.watch()\r", /EVENT +NAME +STATUS +AGE\r\nADDED +default +Active[\s\S]*in sync/);
  await session.type("\u0003", "interrupted");
  const shown = await session.type('k8s.pods.get("none")\r', /"none" not found[\s\S]*> /);
  expect(shown).not.toContain("    at ");
  expect(await session.type("nobody()\r", /nobody is not defined[\s\S]*> /)).not.toContain("    at ");
  await session.type(".in kube-system\r", "sandbox/kube-system> ");
  await session.type('k8s.in("kube-p\t', "kube-public");
});

test.each([
  ["a wait", "console.log('going'); await new Promise(() => {})"],
  ["a busy loop", "console.log('going'); while (true) {}"],
  ["a busy loop behind a wait", "await 1; console.log('going'); while (true) {}"],
  ["a for await", "for await (const e of k8s.namespaces.watch()) if (e.type === 'SYNCED') console.log('going')"],
])("Ctrl-C ends %s and leaves the session alive", async (_, code) => {
  const session = await open();
  await session.type(`${code}\r`, /\ngoing\r\n/);
  await session.interrupt(/interrupted[\s\S]*> /);
  await session.type("40 + 2\r", /\n42\r\n/);
});

test(".help begins with what a newcomer types, and lists every dot command", async () => {
  const session = await open();
  const shown = await session.type(".help\r", /\.use +CONTEXT[\s\S]*> /);
  expect(shown).toMatch(/k8s\.pods\.list\(\)[\s\S]*Ctrl-D leaves\r\n\r\n\.break/);
});

test("pasted lines wait for Enter and run as one; unbracketed ones run one after the other", async () => {
  const session = await open();
  await session.type("\u001b[200~const list = [1,\n\t2]\n  .concat(3)\nlist.length + 40\u001b[201~", "40");
  await session.type("\r", /\n43\r\n/);
  await session.type("const first = await Promise.resolve(7)\rfirst * 6\r", /[^\d]42\r\n/);
});

test("an unhandled rejection is told and ends nothing", async () => {
  const session = await open();
  await session.type("void Promise.reject(new Error('loose'))\r", /Error: loose[\s\S]*> /);
  await session.type("40 + 2\r", /\n42\r\n/);
});

test("a window that is closed takes nothing with it that was typed, whatever runs", async () => {
  const place = await mkdtemp(path.join(tmpdir(), "prompt-history-"));
  try {
    const file = path.join(place, "history");
    const session = await open(file);
    await session.type("const kept = 1\r", "default> ");
    await session.type("console.log('going'); await new Promise(() => {})\r", /\ngoing\r\n/);
    session.kill("SIGHUP");
    expect(await session.exited).toBe(143);
    expect(await readFile(file, "utf8")).toMatch(/^const kept = 1\nconsole/);
  } finally {
    await rm(place, { recursive: true });
  }
});

test("what is used as if it had been awaited is told", async () => {
  const session = await open();
  await session.type("const nodes = k8s.nodes.list()\r", /nodes is a promise: write nodes = await [\s\S]*> /);
  await session.type("k8s.nodes.list().length\r", /write \(await k8s\.nodes\.list\(\)\)\.length[\s\S]*> /);
  await session.type('k8s.nodes.get("node0").metadata.name\r', /TypeError[\s\S]*write \(await k8s[\s\S]*> /);
  await session.type("(await k8s.nodes.list()).length\r", /\n3\r\n/);
});

test("history comes back after a restart", async () => {
  const place = await mkdtemp(path.join(tmpdir(), "prompt-history-"));
  try {
    const file = path.join(place, "history");
    const first = await open(file);
    await first.type("'remember' + 'ed'\r", /'remembered'\r\n/);
    await first.leave();
    expect(existsSync(file)).toBe(true);
    const second = await open(file);
    await second.type("\u001b[A", "'remember' + 'ed'");
    await second.type("\r", /'remembered'\r\n/);
  } finally {
    await rm(place, { recursive: true });
  }
});
