import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface StageOptions {
  readonly kubectl: string | undefined;
  /** How much is streamed. */
  readonly mebibytes: number;
}

/** A sandbox in its own process with one pod, and clients that are measured on it. */
export interface Stage extends StageOptions {
  /** For files of this machine. */
  readonly folder: string;
  /** The pod with one container, which has busybox. */
  readonly pod: string;
  /** Runs a shell line in the container, unmeasured. */
  inContainer(line: string): Promise<void>;
  /** Runs `kubescript eval CODE` in the folder and prints its row. */
  measureCode(title: string, mebibytes: number, code: string): Promise<void>;
  /** Runs kubectl, where there is one, and prints its row. */
  measureKubectl(title: string, mebibytes: number, args: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

const MAIN = path.join(import.meta.dirname, "../../dist/cli/main.js");
const POLL_MS = 20;

export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(path.join(tmpdir(), "kubescript-streams-"));
  const kubeconfig = path.join(folder, "kubeconfig");
  const env = { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: "1" };
  const kubescript = (args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [MAIN, ...args], { env, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const sandbox = kubescript(["sandbox", "--port", "0", "--kubeconfig", kubeconfig, "--pods=process"]);
  while (!existsSync(kubeconfig)) {
    if (sandbox.exitCode !== null) throw new Error("the sandbox did not start");
    await pause();
  }
  const evaluate = async (code: string): Promise<void> => {
    const { exitCode } = await measured(kubescript(["eval", code]));
    if (exitCode !== 0) throw new Error(`failed: ${code}`);
  };
  const pod = "bench";
  await evaluate(`
    await k8s.pods.create({ metadata: { name: ${JSON.stringify(pod)} }, spec: { terminationGracePeriodSeconds: 0,
      containers: [{ name: "main", image: "busybox:1", command: ["sleep", "infinity"] }] } });
    await k8s.pods.wait(${JSON.stringify(pod)}, "ready");`);
  console.log(`${"".padEnd(44)}${"seconds".padStart(10)}${"MiB/s".padStart(10)}${"peak MiB".padStart(10)}`);
  const row = async (title: string, mebibytes: number, child: ChildProcess): Promise<void> => {
    const began = performance.now();
    const { exitCode, peakMebibytes } = await measured(child);
    const seconds = (performance.now() - began) / 1000;
    const rate = mebibytes === 0 ? "" : (mebibytes / seconds).toFixed(0);
    const figures = [seconds.toFixed(2), rate, peakMebibytes.toFixed(0)].map((one) => one.padStart(10)).join("");
    console.log(`${title.padEnd(44)}${figures}${exitCode === 0 ? "" : `  FAILED with ${exitCode}`}`);
  };
  return {
    ...options,
    folder,
    pod,
    inContainer: (line) =>
      evaluate(`await k8s.pods.exec("${pod}", ["sh", "-c", ${JSON.stringify(line)}], { check: true })`),
    measureCode: (title, mebibytes, code) => row(title, mebibytes, kubescript(["eval", code])),
    measureKubectl: async (title, mebibytes, args) => {
      if (options.kubectl === undefined) return;
      await row(`${title}, kubectl`, mebibytes, spawn(options.kubectl, args, { env, cwd: folder, stdio: "ignore" }));
    },
    close: async () => {
      const ended = new Promise((resolve) => sandbox.once("exit", resolve));
      sandbox.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits for a program's end and watches how much memory it has at its peak. */
async function measured(child: ChildProcess): Promise<{ exitCode: number; peakMebibytes: number }> {
  let over = false;
  const ended = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  const watching = (async (): Promise<number> => {
    let peak = 0;
    while (!over) {
      peak = Math.max(peak, peakOf(child.pid));
      await pause();
    }
    return peak;
  })();
  const exitCode = await ended;
  over = true;
  return { exitCode, peakMebibytes: await watching };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function peakOf(pid: number | undefined): number {
  try {
    const [, kibibytes = "0"] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kibibytes) / 1024;
  } catch {
    return 0;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
