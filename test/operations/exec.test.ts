import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommandError } from "../../src/errors.ts";
import type { RemoteProcess } from "../../src/operations/exec/remote-process.ts";
import type { StdinSource } from "../../src/operations/exec/stdin.ts";
import type { LentTerminal } from "../../src/resources/terminal.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { fakeLentTerminal } from "../support/lent-terminal.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";
import { failureOf } from "../transport/support/failure.ts";

let cluster: StreamCluster;
let lend: () => LentTerminal | undefined = () => undefined;
beforeAll(async () => {
  cluster = await startStreamCluster({ lendTerminal: () => lend() });
  await cluster.pod("p");
});
afterAll(() => cluster.close());

const pods = () => cluster.k8s.pods;

/** A pod in any state that the server would not give one in a moment: no scheduler and no node takes it up. */
async function pod(name: string, containers: readonly string[], status: Pod["status"]): Promise<void> {
  const spec = { schedulerName: "none", containers: containers.map((one) => ({ name: one, image: "busybox:1" })) };
  await pods().create({ metadata: { name }, spec });
  await pods().status.patch(name, { status });
}

test("gives what the command printed and its exit code, which is no error unless it is checked", async () => {
  const command = ["sh", "-c", "echo out; echo 'no such thing' >&2; exit 3"];
  const result = await pods().exec("p", command);
  expect(result).toEqual({ stdout: "out\n", stderr: "no such thing\n", exitCode: 3 });
  expect(String(result)).toBe("out\nno such thing\nexit code 3");
  const error = await failureOf(pods().exec("p", command, { check: true }));
  expect(error).toBeInstanceOf(CommandError);
  expect(error).toMatchObject({ code: "COMMAND_FAILED", exitCode: 3, stdout: "out\n", stderr: "no such thing\n" });
  expect(error.message).toContain('in pods "p": exit code 3\n  no such thing');
});

test("reads its input from a text, bytes, a stream of Node's or of the web's, and a generator", async () => {
  const generated = (async function* () {
    yield "a";
    yield Buffer.from("b");
  })();
  const sources = ["ab", Buffer.from("ab"), Readable.from(["a", "b"]), new Blob(["ab"]).stream(), generated];
  for (const stdin of sources) {
    expect(await pods().exec("p", ["cat"], { stdin, bytes: true })).toMatchObject({
      stdout: new TextEncoder().encode("ab"),
    });
  }
});

test("a command that stops reading its input ends, and so does one whose input goes on for ever", async () => {
  let closed = false;
  const endless = (async function* () {
    try {
      while (true) yield "y\n".repeat(10_000);
    } finally {
      closed = true;
    }
  })();
  expect(await pods().exec("p", ["head", "-n", "1"], { stdin: endless })).toMatchObject({ stdout: "y\n", exitCode: 0 });
  await expect.poll(() => closed).toBe(true);
  const silent = new Readable({ read() {} });
  expect(await pods().exec("p", ["true"], { stdin: silent })).toMatchObject({ exitCode: 0 });
});

test("a source that fails ends the command with its own error", async () => {
  const broken = (async function* () {
    yield "a";
    throw new Error("the disk is gone");
  })();
  expect((await failureOf(pods().exec("p", ["cat"], { stdin: broken }))).message).toBe("the disk is gone");
});

test("the output of a command of zx is sent byte for byte, and its failure is the input's", async () => {
  const { $ } = await import("zx/core");
  const print = () => $`printf 'a\\nb\\r\\nc'`.quiet();
  const cat = async (stdin: StdinSource) => (await pods().exec("p", ["cat"], { stdin })).stdout;
  expect(await cat(print())).toBe("a\nb\r\nc");
  // The stream flows from the beginning, long before there is a process to read it.
  expect(await cat(print().stdout)).toBe("a\nb\r\nc");
  expect(await cat($`true`)).toBe("");
  expect(await failureOf(pods().exec("p", ["cat"], { stdin: $`echo a; exit 3`.quiet() }))).toMatchObject({
    exitCode: 3,
  });
  const started = print();
  const ended = await started;
  for (const late of [started, started.stdout]) {
    expect((await failureOf(pods().exec("p", ["cat"], { stdin: late }))).message).toContain("has been read");
  }
  expect((await failureOf(pods().exec("p", ["cat"], { stdin: ended as never }))).hint).toContain("it.stdout");
  // Nothing is read of it, and it ends all the same.
  const unread = $`head -c 1000000 /dev/zero`.quiet();
  await failureOf(pods().exec("absent", ["cat"], { stdin: unread }));
  expect((await unread).exitCode).toBe(0);
});

test("an input that fails before it is read ends the command, and not this process", async () => {
  const stdin = createReadStream("/nowhere/at/all");
  expect((await failureOf(pods().exec("p", ["cat"], { stdin }))).message).toContain("ENOENT");
  const unread = createReadStream("/nowhere/at/all");
  expect(await failureOf(pods().exec("absent", ["cat"], { stdin: unread }))).toMatchObject({ code: "NOT_FOUND" });
});

test("more output than may be held ends the command, and says how to have it", async () => {
  const error = await failureOf(pods().exec("p", ["yes"], { maxBufferBytes: 100_000 }));
  expect(error.message).toBe('Cannot hold the stdout of yes in pods "p": it is longer than 100000 bytes');
  expect(error.hint).toContain("live: true");
});

test("a byte order mark is a part of the text", async () => {
  expect((await pods().exec("p", ["printf", "\\357\\273\\277a"])).stdout).toBe("\ufeffa");
});

test("live streams are read and written while the command runs", async () => {
  const process = await pods().exec("p", ["cat"], { live: true, stdin: true });
  const output = process.stdout[Symbol.asyncIterator]();
  for (const line of ["one\n", "two\n"]) {
    await process.write(line);
    expect(Buffer.from((await output.next()).value ?? "").toString()).toBe(line);
  }
  await process.endStdin();
  expect(await process.exit).toEqual({ exitCode: 0 });
});

test("a signal, and that of the session, ends a command", async () => {
  const abort = new AbortController();
  const running = failureOf(pods().exec("p", ["sleep", "1000"], { signal: abort.signal }));
  const line = new AbortController();
  const atPrompt = failureOf(cluster.k8s.under(() => line.signal).pods.exec("p", ["sleep", "1000"]));
  abort.abort();
  line.abort();
  expect(await running).toMatchObject({ code: "ABORTED" });
  expect(await atPrompt).toMatchObject({ code: "ABORTED" });
});

test("an interruption of a command that runs says what becomes of it", async () => {
  const abort = new AbortController();
  const stdin = (async function* () {
    // Asked for once the command has begun.
    abort.abort();
    yield "";
  })();
  expect(await failureOf(pods().exec("p", ["sleep", "1000"], { stdin, signal: abort.signal }))).toMatchObject({
    code: "ABORTED",
    message: 'Cannot run sleep 1000 in pods "p" to its end: it was interrupted',
    hint: expect.stringContaining("goes on in the container"),
  });
});

test("however a live command is left, nothing of it goes on", async () => {
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const abort = new AbortController();
  const leave: readonly ((running: RemoteProcess) => unknown)[] = [
    (running) => running.close(),
    (running) => running[Symbol.asyncDispose](),
    () => abort.abort(),
  ];
  for (const end of leave) {
    const command = ["sh", "-c", "echo $$; exec sleep 1000"];
    const running = await pods().exec("p", command, { live: true, signal: abort.signal });
    const first = await running.stdout[Symbol.asyncIterator]().next();
    const pid = Number(Buffer.from(first.value ?? "").toString());
    expect(isAlive(pid)).toBe(true);
    await end(running);
    await expect.poll(() => isAlive(pid)).toBe(false);
  }
});

test("what selects pods stands for the one that has been ready for longest", async () => {
  const { registry } = cluster.sandbox;
  registry.create(
    "services",
    "default",
    { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } },
    { manager: "test" },
  );
  const none = await failureOf(pods().exec("svc/web", ["true"]));
  expect(none.message).toBe('Cannot run true in services "web": it selects no pods');
  await pods().label("p", "app=web");
  expect((await pods().exec("svc/web", ["echo", "hi"])).stdout).toBe("hi\n");
  expect((await cluster.k8s.services.exec("web", ["echo", "ho"])).stdout).toBe("ho\n");
});

test("wrong use says what to do", async () => {
  const running = { startedAt: "2026-01-01T00:00:00Z" };
  const status = (state: object, lastState?: object) =>
    ({
      phase: "Running",
      containerStatuses: [
        { name: "a", state, lastState },
        { name: "b", state: { running } },
      ],
    }) as Pod["status"];
  await pod("two", ["a", "b"], status({ running }));
  const crashing = { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } };
  await pod("crashing", ["a"], status(crashing, { terminated: { exitCode: 1 } }));
  await pod("imageless", ["a"], status({ waiting: { reason: "ErrImagePull" } }));
  await pod("done", ["a"], { phase: "Succeeded" });
  const cases: [string, () => Promise<unknown>, string, RegExp][] = [
    ["two", () => pods().exec("two", ["ls"]), "it has 2 containers", /"a" \| "b"/],
    ["two", () => pods().exec("two", ["ls"], { container: "x" }), 'it has no container "x"', /It has a, b\./],
    [
      "crashing",
      () => pods().exec("crashing", ["ls"]),
      'its container "a" waits to start (CrashLoopBackOff: back-off 10s)',
      /pods\.logs\("crashing", \{ container: "a" \}\)/,
    ],
    [
      "imageless",
      () => pods().exec("imageless", ["ls"]),
      'its container "a" waits to start (ErrImagePull)',
      /pods\.events\("imageless"\)/,
    ],
    ["done", () => pods().exec("done", ["ls"]), "it has completed", /pods\.logs\("done"\)/],
  ];
  for (const [name, call, problem, hint] of cases) {
    const error = await failureOf(call());
    expect(error.message).toBe(`Cannot run ls in pods "${name}": ${problem}`);
    expect(error.hint).toMatch(hint);
  }
  expect(await failureOf(pods().exec("absent", ["ls"]))).toMatchObject({ code: "NOT_FOUND" });
  expect((await failureOf(pods().exec("p", undefined as never))).message).toContain("there is no command");
  expect((await failureOf(pods().exec("p", "ls -l" as never))).hint).toContain('["sh", "-c", "ls | wc -l"]');
  expect((await failureOf(pods().exec("p", ["cat"], { stdin: 5 as never }))).message).toContain("it is number");
  for (const [options, said] of [
    [{ live: true, stdin: "x" }, 'run cat in "p" with stdin: of a live process you write the input'],
    [{ live: true, check: true }, 'run cat in "p" with check: of a live process'],
    [{ terminal: true, stdin: "x" }, 'run cat in "p" with stdin: it is at your terminal'],
  ] as const) {
    expect((await failureOf(pods().exec("p", ["cat"], options as never))).message).toContain(said);
  }
  const attaching = await failureOf(pods().attach("p", { terminal: true, stdin: "x" } as never));
  expect(attaching.message).toBe('Cannot attach to "p" with stdin: it is at your terminal');
  const log = pods().logs("p") as unknown as StdinSource;
  expect((await failureOf(pods().exec("p", ["cat"], { stdin: log }))).hint).toContain(".text()");
  const tty = Object.assign(new Readable({ read() {} }), { isTTY: true });
  expect((await failureOf(pods().exec("p", ["cat"], { stdin: tty }))).hint).toContain("terminal: true");
  expect((await failureOf(pods().dryRun().exec("p", ["ls"]))).message).toContain("there is no dry run for it");
  expect((await failureOf(pods().exec("p", ["sh"], { terminal: true }))).message).toBe(
    'Cannot run sh in pods "p" at a terminal: standard input and output are none',
  );
});

test("who may only get pods/exec is told the verb that is missing since 1.35", async () => {
  const { k8s } = cluster;
  const rules = [{ apiGroups: [""], resources: ["pods", "pods/exec"], verbs: ["get"] }];
  await k8s.roles.create({ metadata: { name: "get-only" }, rules });
  await k8s.rolebindings.create({
    metadata: { name: "get-only" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "get-only" },
    subjects: [{ kind: "User", name: "ann", apiGroup: "rbac.authorization.k8s.io" }],
  });
  const error = await failureOf(k8s.as("ann").pods.exec("p", ["ls"]));
  expect(error).toMatchObject({ code: "FORBIDDEN" });
  expect(error.hint).toMatch(/verb "create" on resource "pods\/exec".*Since Kubernetes 1\.35/s);
});

test("a plan refuses a command, and whoever observes it learns the rights that it takes", async () => {
  const seen: string[] = [];
  const planned = await openCluster({
    kubeconfig: cluster.kubeconfig,
    plan: () => undefined,
    observe: ({ path, upgrade }) => seen.push(`${path}${upgrade ? " upgrade" : ""}`),
  });
  try {
    const error = await failureOf(planned.pods.exec("not-yet", ["ls"]));
    expect(error.message).toBe('Cannot plan to run ls in "not-yet": there is no dry run for it');
    expect(seen).toEqual([
      "/api/v1/namespaces/default/pods/not-yet",
      "/api/v1/namespaces/default/pods/planned/exec upgrade",
    ]);
  } finally {
    await planned.close();
  }
});

test("at the terminal, keys go to the command byte for byte and the terminal is given back", async () => {
  const terminal = fakeLentTerminal();
  lend = () => terminal;
  const running = pods().exec("p", ["cat", "-v"], { terminal: true });
  terminal.type("\u0003\u0010\u0011x\n");
  await expect.poll(() => terminal.shown()).toContain("^C^P^Qx");
  terminal.hangUp();
  expect(await failureOf(running)).toMatchObject({ code: "ABORTED" });
  expect(terminal.isLent()).toBe(false);
  const ended = fakeLentTerminal();
  lend = () => ended;
  expect(await pods().exec("p", ["sh", "-c", "echo bye; exit 7"], { terminal: true })).toMatchObject({ exitCode: 7 });
  expect([ended.shown(), ended.isLent()]).toEqual(["bye\n", false]);
});
