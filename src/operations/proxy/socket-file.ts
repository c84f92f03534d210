import { lstat, rm, stat } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";

/** What the kernel has room for; the runtime would cut off the rest of a longer path and listen on that. */
const MAX_PATH_BYTES = process.platform === "linux" ? 107 : 103;

/**
 * Makes way for a Unix socket: one that is left over is removed. Throws UsageError for anything else that is there, and
 * for a path where none can be.
 */
export async function clearSocketPath(file: string): Promise<void> {
  const length = Buffer.byteLength(file);
  if (length > MAX_PATH_BYTES) {
    const why = `its path is ${length} bytes long, and that of a Unix socket at most ${MAX_PATH_BYTES}`;
    throw new UsageError("INVALID_INPUT", `Cannot listen on ${file}: ${why}`, { hint: "Name a shorter one." });
  }
  let isSocket: boolean;
  try {
    isSocket = (await lstat(file)).isSocket();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return requireFolder(file);
    throw new UsageError("INVALID_INPUT", `Cannot listen on ${file}: ${messageOf(error)}`, { cause: error });
  }
  if (!isSocket) {
    throw new UsageError("INVALID_INPUT", `Cannot listen on ${file}: it is there already, and is no socket`, {
      hint: "Name another file, or remove this one.",
    });
  }
  if (await isServed(file)) {
    throw new UsageError("USAGE", `Cannot listen on ${file}: something is listening there already`, {
      hint: "Stop it, or name another file.",
    });
  }
  await rm(file, { force: true });
}

/** Else the runtime would say that it may not be written. */
async function requireFolder(file: string): Promise<void> {
  const folder = path.dirname(file);
  if (await isFolder(folder)) return;
  throw new UsageError("INVALID_INPUT", `Cannot listen on ${file}: there is no folder ${folder}`, {
    hint: "Make it first.",
  });
}

/** Whether a path leads to a folder. */
export async function isFolder(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isDirectory();
  } catch {
    return false;
  }
}

function isServed(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(file);
    const settle = (served: boolean): void => {
      socket.destroy();
      resolve(served);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
