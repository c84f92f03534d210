import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { EXIT } from "../../runtime/exit-code.ts";
import type { RunningSandbox, StartSandboxOptions } from "../../sandbox/listener/start-sandbox.ts";
import type { Command, Invocation } from "../command.ts";
import { listenForInterruption } from "../interruption.ts";
import { HEAD_START_MS } from "../sandbox-here.ts";
import { write } from "../terminal.ts";

export const command: Command = {
  usage: "sandbox",
  description: `Serves an API server of its own until it is stopped, for kubectl and any other client. It lives in memory: what it
holds is gone when it stops.

  kubescript sandbox
  kubescript sandbox --load manifests/ --starter
  kubescript sandbox --port 6443 --kubeconfig sandbox.yaml --user viewer:viewers,devs
  kubectl --kubeconfig sandbox.yaml get nodes

Pods are simulated: they get phases, restarts and logs, but nothing runs. With --pods=process every container that has
a command runs as a local process under bubblewrap (Linux only), so that exec, attach, cp, probes and port-forward are
real. An image is only a name there: the process sees this machine's programs and files read-only, runs as the user that
started the sandbox, and shares the machine's network and ports. Writable are its volumes and scratch directories in
memory. It is a playground for your own code, no protection from anyone else's.`,
  flags: [
    {
      name: "port",
      type: "string",
      placeholder: "PORT",
      description: "port to listen on; 0, the default, for any free one",
    },
    { name: "host", type: "string", placeholder: "ADDRESS", description: "address to listen on; default 127.0.0.1" },
    {
      name: "kubeconfig",
      type: "string",
      placeholder: "FILE",
      description: "kubeconfig to write once it is ready; default a temporary file",
    },
    {
      name: "user",
      type: "string",
      multiple: true,
      placeholder: "NAME[:GROUP,…]",
      description: "user to add to the kubeconfig, in the context NAME@sandbox; may be repeated",
    },
    {
      name: "token-auth-file",
      type: "string",
      placeholder: "FILE",
      description: "static tokens, in kube-apiserver's format",
    },
    { name: "nodes", type: "string", placeholder: "N", description: "simulated nodes; default 3" },
    {
      name: "pods",
      type: "string",
      placeholder: "KIND",
      description: "what is behind pods: simulated, the default, or process (see above)",
    },
    {
      name: "load",
      type: "string",
      multiple: true,
      placeholder: "PATH",
      description: "file or folder of YAML or JSON to apply before it is ready; may be repeated",
    },
    { name: "starter", type: "boolean", description: "load a small workload to explore into the namespace shop" },
    {
      name: "metrics",
      type: "boolean",
      description: "serve metrics.k8s.io too, as a cluster with metrics-server does, for kubectl top",
    },
    { name: "speed", type: "string", placeholder: "FACTOR", description: "how much faster time goes by; default 1" },
  ],
  connects: false,
  prints: false,
  run: (invocation) => serveSandbox(invocation, interrupted),
};

/**
 * Serves until `stopped` resolves, which is asked for once the kubeconfig is written. Exit code 0: being stopped is
 * how the command ends.
 */
export async function serveSandbox(invocation: Invocation, stopped: () => Promise<void>): Promise<number> {
  const { terminal, positionals } = invocation;
  if (positionals[0] !== undefined) {
    throw new UsageError("USAGE", `Cannot use "${positionals[0]}": sandbox takes options only`);
  }
  const options = await readOptions(invocation);
  const given = textFlag(invocation, "kubeconfig");
  const file = given === undefined ? undefined : resolve(terminal.cwd, given);
  if (file !== undefined) await checkOverwritable(file);

  const { startSandbox } = await import("../../sandbox/listener/start-sandbox.ts");
  const sandbox = await startSandbox({
    ...options,
    onError: (error) => {
      terminal.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
    },
  });
  try {
    await serve(sandbox, file, terminal.stderr, stopped);
  } finally {
    await sandbox.close();
  }
  return EXIT.done;
}

async function serve(
  sandbox: RunningSandbox,
  given: string | undefined,
  stderr: Invocation["terminal"]["stderr"],
  stopped: () => Promise<void>,
): Promise<void> {
  const directory = given === undefined ? await mkdtemp(join(tmpdir(), "kubescript-sandbox-")) : undefined;
  const file = given ?? join(directory ?? "", "kubeconfig");
  // Listened for before the file is there: whoever waits for it may stop the server at once.
  const stop = stopped();
  try {
    await writeAtomically(file, sandbox.kubeconfig);
    await write(stderr, `Serving ${sandbox.url}; kubeconfig in ${file}; Ctrl-C stops.\n`);
    await stop;
  } finally {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function readOptions(invocation: Invocation): Promise<StartSandboxOptions> {
  const port = numberFlag(invocation, "port", (value) => Number.isInteger(value) && value >= 0 && value <= 65535);
  const nodes = numberFlag(invocation, "nodes", (value) => Number.isInteger(value) && value >= 0 && value <= 5000);
  const speed = numberFlag(invocation, "speed", (value) => value > 0 && value <= 1000);
  const host = textFlag(invocation, "host");
  const pods = podsFlag(invocation);
  const { wallClock } = await import("../../sandbox/model/clock.ts");
  return {
    users: usersOf(invocation),
    staticTokens: await staticTokens(invocation),
    metrics: invocation.values.metrics === true,
    headStartMs: HEAD_START_MS,
    starter: invocation.values.starter === true,
    objects: await objectsToLoad(invocation),
    ...(host === undefined ? {} : { host }),
    ...(pods === undefined ? {} : { pods }),
    ...(port === undefined ? {} : { port }),
    ...(speed === undefined ? {} : { clock: wallClock(speed) }),
    ...(nodes === undefined ? {} : { nodes: simulatedNodes(nodes) }),
  };
}

/** The objects of the files given. Throws UsageError that names file and document. */
async function objectsToLoad({ values, terminal }: Invocation): Promise<NonNullable<StartSandboxOptions["objects"]>> {
  const { load = [] } = values;
  const paths = Array.isArray(load) ? load : [String(load)];
  if (paths.length === 0) return [];
  const [{ readManifests }, { isPath }] = await Promise.all([
    import("../../operations/manifests/manifests.ts"),
    import("../../operations/manifests/source-texts.ts"),
  ]);
  return readManifests(paths.map((one) => (isPath(one) ? resolve(terminal.cwd, one) : one)));
}

function simulatedNodes(count: number): NonNullable<StartSandboxOptions["nodes"]> {
  const workers = count > 1 ? count - 1 : count;
  return [
    // A single node must take pods, so it cannot be the control plane's.
    ...(count > 1 ? [{ name: "control-plane", role: "control-plane" } as const] : []),
    ...Array.from({ length: workers }, (_, index) => ({ name: `node${index}` })),
  ];
}

function usersOf(invocation: Invocation): { username: string; groups: string[] }[] {
  const { user = [] } = invocation.values;
  const seen = new Set(["admin"]);
  return (Array.isArray(user) ? user : [String(user)]).map((text: string) => {
    const colon = text.indexOf(":");
    const username = colon === -1 ? text : text.slice(0, colon);
    const groups = colon === -1 ? [] : text.slice(colon + 1).split(",");
    if (username === "" || groups.includes("")) {
      throw new UsageError("USAGE", `Cannot read --user ${text}: a name or a group is empty`, {
        hint: "Write NAME, or NAME:GROUP,GROUP.",
      });
    }
    if (seen.has(username)) {
      throw new UsageError("USAGE", `Cannot add --user ${text}: the sandbox already has a user "${username}"`);
    }
    seen.add(username);
    return { username, groups };
  });
}

async function staticTokens(invocation: Invocation): Promise<NonNullable<StartSandboxOptions["staticTokens"]>> {
  const name = textFlag(invocation, "token-auth-file");
  if (name === undefined) return new Map();
  const file = resolve(invocation.terminal.cwd, name);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new UsageError("USAGE", `Cannot read the tokens of ${file}: ${reasonOf(cause)}`, { cause });
  }
  const { parseTokenFile } = await import("../../sandbox/auth/tokens/token-file.ts");
  return parseTokenFile(text, file);
}

function textFlag({ values }: Invocation, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

function podsFlag(invocation: Invocation): StartSandboxOptions["pods"] {
  const pods = textFlag(invocation, "pods");
  if (pods === undefined || pods === "simulated" || pods === "process") return pods;
  throw new UsageError("USAGE", `Cannot use --pods ${pods}: there are no such pods`, {
    hint: "Write --pods=simulated or --pods=process.",
  });
}

function numberFlag(invocation: Invocation, name: string, allowed: (value: number) => boolean): number | undefined {
  const text = textFlag(invocation, name);
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (allowed(value)) return value;
  throw new UsageError("USAGE", `Cannot read --${name} ${text}: it is no number that the sandbox can use`, {
    hint: "Ports go up to 65535, nodes up to 5000, and time up to 1000 times as fast.",
  });
}

/** A kubeconfig of real clusters is not lost for the sake of a sandbox. */
async function checkOverwritable(file: string): Promise<void> {
  const { KUBECONFIG_MARK } = await import("../../sandbox/listener/kubeconfig.ts");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
    throw new UsageError("USAGE", `Cannot write the kubeconfig ${file}: ${reasonOf(cause)}`, { cause });
  }
  if (text.trim() === "" || text.startsWith(KUBECONFIG_MARK)) return;
  throw new UsageError("USAGE", `Cannot write the kubeconfig ${file}: it holds something that no sandbox wrote`, {
    hint: "Name another file, or remove this one first.",
  });
}

/** Readers see the whole file or none; it holds keys, so nobody else may read it. */
async function writeAtomically(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: "wx" });
    await rename(draft, file);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new UsageError("USAGE", `Cannot write the kubeconfig ${file}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "there is no such file or directory";
  if (code === "EACCES") return "this user may not";
  if (code === "EISDIR") return "it is a directory";
  return cause instanceof Error ? cause.message : String(cause);
}

/** Ctrl-C or a request to end; a second one ends the process at once. */
async function interrupted(): Promise<void> {
  const { signal, done } = listenForInterruption();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  done();
}
