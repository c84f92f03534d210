import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { UsageError } from "../../../errors.ts";

/** The programs that process pods are made with, by absolute path: containers choose their own search path. */
export interface HostTools {
  readonly bwrap: string;
  readonly nsenter: string;
  readonly setpriv: string;
  /** Gives a process a terminal. */
  readonly script: string;
  readonly stty: string;
}

const PACKAGES: Readonly<Record<keyof HostTools, string>> = {
  bwrap: "bubblewrap",
  nsenter: "util-linux",
  setpriv: "util-linux",
  script: "bsdutils",
  stty: "coreutils",
};

const HINT = "Process pods need Linux with bubblewrap; on Debian and Ubuntu: apt-get install bubblewrap.";

/** Finds the tools and tries them. Rejects with a UsageError that says what to install. */
export async function findHostTools(searchPath: string, platform: string = process.platform): Promise<HostTools> {
  if (platform !== "linux") {
    throw new UsageError("USAGE", `Cannot run pods as processes on ${platform}: that takes Linux`, {
      hint: "Leave --pods out: simulated pods run everywhere.",
    });
  }
  const entries = await Promise.all(
    Object.entries(PACKAGES).map(async ([name, owner]) => [name, await find(name, owner, searchPath)]),
  );
  const tools = Object.fromEntries(entries) as HostTools;
  await tryBubblewrap(tools.bwrap);
  return tools;
}

async function find(name: string, owner: string, searchPath: string): Promise<string> {
  for (const directory of [...searchPath.split(delimiter), "/usr/bin", "/bin", "/usr/sbin", "/sbin"]) {
    if (!directory.startsWith("/")) continue;
    const file = join(directory, name);
    const there = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return file;
  }
  throw new UsageError("USAGE", `Cannot run pods as processes: ${name} is not installed (package ${owner})`, {
    hint: HINT,
  });
}

async function tryBubblewrap(bwrap: string): Promise<void> {
  const namespaces = ["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts"];
  try {
    await promisify(execFile)(bwrap, [
      ...namespaces,
      "--ro-bind",
      "/",
      "/",
      "--proc",
      "/proc",
      "--dev",
      "/dev",
      "true",
    ]);
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : String(cause);
    throw new UsageError("USAGE", `Cannot run pods as processes: bubblewrap does not work here: ${said}`, {
      cause,
      hint: "It needs user namespaces: in a container they must be allowed (for Docker, --security-opt seccomp=unconfined), and kernel.unprivileged_userns_clone must not be 0.",
    });
  }
}
