import type { Socket } from "node:net";

/**
 * Reads a proxy's answer from a socket exactly: what follows the answer is put back, so that the next protocol finds
 * it. `enough` returns the answer's length once it is complete, undefined while more is needed.
 */
export function readAnswer(
  socket: Socket,
  enough: (received: Buffer) => number | undefined,
  signal: AbortSignal,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const finish = (): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("readable", onReadable);
      socket.off("error", fail);
      socket.off("end", onEnd);
      socket.off("close", onEnd);
    };
    const fail = (error: unknown): void => {
      finish();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const onEnd = (): void => fail(Object.assign(new Error("the proxy closed the connection"), { code: "ECONNRESET" }));
    const onReadable = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        received = Buffer.concat([received, chunk]);
        let length: number | undefined;
        try {
          length = enough(received);
        } catch (error) {
          fail(error);
          return;
        }
        if (length === undefined) continue;
        finish();
        if (received.length > length) socket.unshift(received.subarray(length));
        resolve(received.subarray(0, length));
        return;
      }
    };
    if (signal.aborted) {
      fail(signal.reason);
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", fail);
    socket.once("end", onEnd);
    socket.once("close", onEnd);
    socket.on("readable", onReadable);
    onReadable();
  });
}
