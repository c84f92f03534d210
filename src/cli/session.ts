import path from "node:path";
import { styleText } from "node:util";
import { CONNECTION_FLAGS, type ConnectionFlags } from "../config/connection-flags.ts";
import { isKubescriptError, UsageError } from "../errors.ts";
import type { Cluster } from "../runtime/cluster.ts";
import { type OpenClusterOptions, openCluster } from "../runtime/open-cluster.ts";
import type { ConnectOptions } from "../transport/connect.ts";
import { shellQuote } from "../transport/curl.ts";
import type { TraceLevel } from "../transport/trace.ts";
import { connectionFlags, type ParsedFlags } from "./flags.ts";
import { type ProgressLine, progressLine } from "./progress-line.ts";
import { hasColor, type Terminal } from "./terminal.ts";
import { type TerminalLender, terminalLender } from "./terminal-lender.ts";

/** A cluster for one command, and what must be closed with it. */
export interface CommandSession {
  readonly k8s: Cluster;
  /** Whether the cluster is a sandbox of this process. */
  readonly sandbox: boolean;
  /** Where long work on it shows how far it is. */
  readonly progress: ProgressLine;
  /** Lends the terminal to remote processes. */
  readonly lender: TerminalLender;
  /** The same cluster with another kind of trace, or none. */
  traced(level: string | undefined): Promise<Cluster>;
  close(): Promise<void>;
}

/** What a command asks of its session. */
export interface SessionOptions {
  /** Lists bring the server's own columns along. Default false. */
  readonly printed?: boolean;
  /** Whether a prompt reads standard input. Default false. */
  readonly ownsStdin?: boolean;
  /** Told before a sandbox is started because no cluster is configured; without it that is an error. */
  readonly offerSandbox?: () => Promise<void>;
  readonly connect?: Pick<ConnectOptions, "plan" | "observe" | "recorder">;
}

/** Opens the cluster that the flags name. Throws ConfigError, NO_CLUSTER when none is configured. */
export async function openSession(
  values: ParsedFlags["values"],
  terminal: Terminal,
  options: SessionOptions = {},
): Promise<CommandSession> {
  const flags = connectionFlags(values);
  const { printed = false, ownsStdin = false } = options;
  const settings: Settings = { ...options.connect, printed, ownsStdin };
  const trace = values.trace === undefined || values.trace === false ? undefined : String(values.trace);
  if (values.sandbox === true) {
    refuseServerFlags(flags);
    return openSandbox(flags, settings, trace, terminal);
  }
  try {
    return await openSessionOn({ ...settings, flags, env: terminal.env }, trace, terminal);
  } catch (error) {
    if (!isKubescriptError(error) || error.code !== "NO_CLUSTER") throw error;
    if (options.offerSandbox === undefined) throw error;
    await options.offerSandbox();
    return openSandbox(flags, settings, trace, terminal);
  }
}

type Settings = Omit<OpenClusterOptions, "flags" | "env" | "trace">;

async function openSessionOn(
  settings: OpenClusterOptions,
  trace: string | undefined,
  terminal: Terminal,
): Promise<CommandSession> {
  const opened: Cluster[] = [];
  const warn = warningWriter(terminal);
  const progress = progressLine(terminal);
  const lender = terminalLender(terminal, (lent) => progress.allow(!lent));
  const traced = async (level: string | undefined): Promise<Cluster> => {
    const k8s = await openCluster({
      ...settings,
      warn,
      showProgress: progress.show,
      lendTerminal: lender.lend,
      ...traceOption(level, terminal),
    });
    opened.push(k8s);
    return k8s;
  };
  const k8s = await traced(trace);
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((one) => one.close()));
  };
  return { k8s, sandbox: false, progress, lender, traced, close };
}

/** Writes each warning of the server once, as kubectl does. */
function warningWriter(terminal: Terminal): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    const label = hasColor(terminal, "stderr")
      ? styleText("yellow", "Warning:", { validateStream: false })
      : "Warning:";
    terminal.stderr.write(`${label} ${text}\n`);
  };
}

async function openSandbox(
  flags: ConnectionFlags,
  settings: Settings,
  trace: string | undefined,
  terminal: Terminal,
): Promise<CommandSession> {
  const { startSandboxHere } = await import("./sandbox-here.ts");
  // who explores at a prompt finds something; a script begins with an empty cluster
  const sandbox = await startSandboxHere({ starter: settings.ownsStdin === true });
  try {
    const inside = { ...settings, flags: { ...flags, kubeconfig: sandbox.file }, env: {} };
    const session = await openSessionOn(inside, trace, terminal);
    const close = async (): Promise<void> => {
      await session.close();
      await sandbox.close();
    };
    return { ...session, sandbox: true, close };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** `--sandbox` is a cluster of its own: what names another one contradicts it. */
function refuseServerFlags(flags: ConnectionFlags): void {
  for (const field of ["kubeconfig", "server", "cluster"] as const) {
    if (flags[field] === undefined) continue;
    const { name } = CONNECTION_FLAGS.find((flag) => flag.field === field) ?? { name: field };
    throw new UsageError("USAGE", `Cannot use --${name} together with --sandbox: the sandbox is a cluster of its own`);
  }
}

/** What a shell starts this program by: its name where it is installed under it, else Node with its file. */
function programOf([node = "node", script = "kubescript"]: readonly string[]): string {
  return path.basename(script) === "kubescript" ? "kubescript" : `${shellQuote(node)} ${shellQuote(script)}`;
}

const LEVELS: readonly TraceLevel[] = ["line", "curl", "headers", "body"];

function traceOption(value: string | undefined, terminal: Terminal): Pick<ConnectOptions, "trace"> {
  if (value === undefined) return {};
  const level = value === "true" ? "line" : LEVELS.find((one) => one === value);
  if (level === undefined) {
    throw new UsageError("USAGE", `Cannot trace "${value}": there is no such kind of trace`, {
      hint: "Use --trace, --trace=curl, --trace=headers or --trace=body.",
    });
  }
  const dim = hasColor(terminal, "stderr") ? (line: string): string => `\u001b[2m${line}\u001b[22m` : undefined;
  return {
    trace: {
      level,
      program: programOf(process.argv),
      write: (line) => void terminal.stderr.write(`${dim?.(line) ?? line}\n`),
    },
  };
}
