import type { ServerResponse } from "node:http";

/**
 * Sends a web Response over a Node one, no faster than the client reads. Resolves when it has been sent or the client
 * has gone, in which case the body is cancelled. `end` (a closing server) ends a streamed body after what was sent.
 */
export async function writeResponse(response: Response, target: ServerResponse, end: AbortSignal): Promise<void> {
  target.statusCode = response.status;
  for (const [name, value] of response.headers) target.setHeader(name, value);
  if (response.body === null || target.req.method === "HEAD") {
    await response.body?.cancel();
    target.end();
    return;
  }
  const reader = response.body.getReader();
  const stop = (): void => {
    reader.cancel().catch(() => undefined);
  };
  target.on("close", stop);
  end.addEventListener("abort", stop, { once: true });
  if (end.aborted) stop();
  try {
    await pump(reader, target);
  } finally {
    target.off("close", stop);
    end.removeEventListener("abort", stop);
  }
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, target: ServerResponse): Promise<void> {
  // A body that is there goes out in one packet with the headers; a watch that has nothing yet must show its headers.
  const first = reader.read();
  if ((await Promise.race([first, nextTurn()])) === undefined) target.flushHeaders();
  for (let next = await first; !next.done; next = await reader.read()) {
    if (target.destroyed) return;
    if (!target.write(next.value)) await drained(target);
  }
  target.end();
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined));
}

/** The client has read what was buffered, or is gone. */
function drained(target: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      target.off("drain", done);
      target.off("close", done);
      resolve();
    };
    target.on("drain", done);
    target.on("close", done);
  });
}
