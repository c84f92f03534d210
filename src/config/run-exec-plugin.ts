import { abortError } from "../core/abort.ts";
import { ConfigError } from "../errors.ts";
import type { ExecConfig } from "./connection.ts";
import { type ExecCluster, type ExecCredential, execInfo, parseExecCredential } from "./exec-credential.ts";

/** What a plugin's process gets from this one. */
export interface ExecSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard input is a terminal that the plugin may use: not while a prompt owns it. */
  readonly stdinAvailable: boolean;
  /** Why it is not, for messages. Default "standard input is not a terminal". */
  readonly stdinReason?: string | undefined;
  /** Starts the process. Default `node:child_process`; standard error passes through. */
  readonly run?: RunProcess | undefined;
}

/** Starts a process and reads its standard output whole. Rejects with code `ENOENT` when there is no such program. */
export type RunProcess = (
  command: string,
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly stdin: "inherit" | "ignore";
    readonly signal?: AbortSignal | undefined;
  },
) => Promise<{ readonly stdout: string; readonly exitCode: number | null; readonly exitSignal: string | null }>;

/** Runs an exec credential plugin once. Throws ConfigError `CREDENTIAL_PLUGIN`, AbortError. */
export async function runExecPlugin(
  exec: ExecConfig,
  cluster: ExecCluster,
  surroundings: ExecSurroundings,
  signal?: AbortSignal,
): Promise<ExecCredential> {
  const failure = (problem: string, hint: string | undefined, cause?: unknown): ConfigError =>
    new ConfigError("CREDENTIAL_PLUGIN", `Cannot get credentials from the exec plugin ${exec.command}: ${problem}`, {
      hint,
      cause,
    });
  const interactive = exec.interactiveMode !== "Never" && surroundings.stdinAvailable;
  if (exec.interactiveMode === "Always" && !interactive) {
    const reason = surroundings.stdinReason ?? "standard input is not a terminal";
    throw failure(
      `it needs a terminal (interactiveMode: Always), but ${reason}`,
      "Log in with it in a terminal first.",
    );
  }
  const env: Record<string, string | undefined> = { ...surroundings.env };
  for (const { name, value } of exec.env) env[name] = value;
  env.KUBERNETES_EXEC_INFO = execInfo(exec, interactive, cluster);
  const stdin = interactive ? "inherit" : "ignore";
  let ended: Awaited<ReturnType<RunProcess>>;
  try {
    ended = await (surroundings.run ?? spawnProcess)(exec.command, exec.args, { env, stdin, signal });
  } catch (cause) {
    if (signal?.aborted) throw abortError(signal);
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT") {
      throw failure("there is no such program", exec.installHint ?? "Install it, or correct the command.", cause);
    }
    const reason = code === "EACCES" ? "it is not executable" : cause instanceof Error ? cause.message : String(cause);
    throw failure(reason, exec.installHint, cause);
  }
  if (ended.exitCode !== 0) {
    const how = ended.exitSignal === null ? `with exit code ${ended.exitCode}` : `by ${ended.exitSignal}`;
    throw failure(`it ended ${how}`, "What it wrote to standard error tells more; run it by hand to see.");
  }
  try {
    return parseExecCredential(ended.stdout, exec);
  } catch (cause) {
    throw failure(cause instanceof Error ? cause.message : String(cause), "Check the plugin's version and arguments.");
  }
}

const spawnProcess: RunProcess = async (command, args, { env, stdin, signal }) => {
  const { spawn } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      env: { ...env },
      stdio: [stdin, "pipe", "inherit"],
      ...(signal === undefined ? {} : { signal }),
    });
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.once("error", reject);
    child.once("close", (exitCode, exitSignal) => resolve({ stdout, exitCode, exitSignal }));
  });
};
