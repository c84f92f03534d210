import { lstat, rm } from "node:fs/promises";
import net from "node:net";
import { errorCode } from "../../core/error-code.ts";
import { UsageError } from "../../errors.ts";

/** Makes way for a Unix socket: one that is left over is removed. Throws UsageError for anything else that is there. */
export async function clearSocketPath(file: string): Promise<void> {
  let isSocket: boolean;
  try {
    isSocket = (await lstat(file)).isSocket();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
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
