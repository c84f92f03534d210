import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DetachKeys } from "../../src/operations/exec/detach-keys.ts";
import type { LentTerminal } from "../../src/resources/terminal.ts";
import type { Container } from "../../src/types/core-v1.ts";
import { fakeLentTerminal } from "../support/lent-terminal.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";
import { failureOf } from "../transport/support/failure.ts";

// Attached, every container of this cluster is a child that gives back what it reads; how it ends is simulated.
let cluster: StreamCluster;
let lend: () => LentTerminal | undefined = () => undefined;
beforeAll(async () => {
  cluster = await startStreamCluster({ lendTerminal: () => lend() });
});
afterAll(() => cluster.close());
afterEach(() => {
  lend = () => undefined;
});

const pods = () => cluster.k8s.pods;

async function pod(name: string, container: Partial<Container>): Promise<void> {
  const containers = [{ name: "main", image: "busybox:1", ...container }];
  await pods().create({ metadata: { name }, spec: { containers, restartPolicy: "Never" } });
  await pods().wait(name, "ready");
}

test("gives what the container prints, and the exit code that its pod's status tells", async () => {
  await pod("ends", { stdin: true, command: ["sleep", "infinity"] });
  // It ends while somebody is attached to it, however long that took.
  async function* typed(): AsyncGenerator<string> {
    yield "typed";
    const { containerStatuses = [] } = (await pods().get("ends")).status ?? {};
    const state = { terminated: { exitCode: 5, reason: "Error" } };
    const ended = containerStatuses.map((one) => ({ ...one, ready: false, state }));
    await pods().status.patch("ends", { status: { phase: "Failed", containerStatuses: ended } });
  }
  expect(await pods().attach("ends", { stdin: typed() })).toEqual({ stdout: "typed", stderr: "", exitCode: 5 });
});

test("a container without input or terminal is not typed to", async () => {
  await pod("deaf", { command: ["sleep", "infinity"] });
  const deaf = await failureOf(pods().attach("deaf", { stdin: "typed" }));
  expect(deaf.message).toBe('Cannot attach to pods "deaf": container "main" takes no input (stdin: false)');
  await pod("blind", { command: ["sleep", "infinity"], stdin: true });
  const blind = await failureOf(pods().attach("blind", { terminal: true }));
  expect(blind.message).toContain("has no terminal of its own (tty: false)");
  expect(blind.hint).toContain('k8s.pods.shell("blind")');
});

test("Ctrl-P Ctrl-Q gives the terminal back and leaves the container", async () => {
  await pod("tty", { command: ["sleep", "infinity"], stdin: true, tty: true });
  const terminal = fakeLentTerminal();
  lend = () => terminal;
  const attached = pods().attach("tty", { terminal: true });
  terminal.type("echo\r");
  await expect.poll(() => terminal.shown()).toContain("echo\r");
  terminal.type("\u0010");
  terminal.type("\u0011");
  expect(await attached).toEqual({ detached: true });
  expect(terminal.isLent()).toBe(false);
  expect((await pods().get("tty")).status?.phase).toBe("Running");
});

test("the keys to detach are found however they come, and every other key goes on in order", () => {
  const read = (...chunks: string[]): [string, boolean] => {
    const keys = new DetachKeys();
    const results = chunks.map((chunk) => keys.read(Buffer.from(chunk)));
    const passed = results.map((one) => Buffer.from(one.keys).toString()).join("");
    return [passed, results.some(({ detached }) => detached)];
  };
  expect(read("a\u0010\u0011b")).toEqual(["a", true]);
  expect(read("a\u0010", "\u0011")).toEqual(["a", true]);
  expect(read("\u0010\u0010", "\u0010\u0011")).toEqual(["\u0010\u0010", true]);
  expect(read("\u0011\u0010", "x\u0011")).toEqual(["\u0011\u0010x\u0011", false]);
});
