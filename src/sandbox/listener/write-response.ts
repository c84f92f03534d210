import type { ServerResponse } from "node:http";
import { WholeAnswer } from "../http/answers.ts";

/**
 * Sends a web Response over a Node one, no faster than the client reads. Resolves when it has been sent or the client
 * has gone, in which case the body is cancelled. Once `closing` is aborted (the server closes) the answer ends where
 * its body has nothing ready: a watch at once, a list after its last byte.
 */
export async function writeResponse(response: Response, target: ServerResponse, closing: AbortSignal): Promise<void> {
  target.statusCode = response.status;
  for (const [name, value] of response.headers) target.setHeader(name, value);
  if (response.body === null || target.req.method === "HEAD") {
    await response.body?.cancel();
    target.end();
    return;
  }
  if (response instanceof WholeAnswer) {
    const sent = finished(target);
    target.end(response.whole);
    return sent;
  }
  const reader = response.body.getReader();
  const cancel = (): void => {
    reader.cancel().catch(() => undefined);
  };
  const closed = aborted(closing);
  target.on("close", cancel);
  try {
    await pump(reader, target, closed.promise);
  } finally {
    closed.forget();
    target.off("close", cancel);
    cancel();
  }
}

type Chunk = Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>["read"]>>;

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  target: ServerResponse,
  closed: Promise<undefined>,
): Promise<void> {
  // A body that is there goes out in one packet with the headers; a watch that has nothing yet must show its headers.
  const first = reader.read();
  if ((await readyNow(first)) === undefined) target.flushHeaders();
  let reading: Promise<Chunk> = first;
  for (;;) {
    const chunk = (await Promise.race([reading, closed])) ?? (await readyNow(reading));
    if (chunk === undefined || chunk.done || target.destroyed) break;
    if (!target.write(chunk.value)) await drained(target);
    reading = reader.read();
  }
  target.end();
}

/** What the promise resolves to within this turn of the event loop; undefined when it does not. */
function readyNow(reading: Promise<Chunk>): Promise<Chunk | undefined> {
  return Promise.race([reading, nextTurn()]);
}

/** A promise of the signal's abort, and what takes its listener off again. */
function aborted(signal: AbortSignal): { promise: Promise<undefined>; forget: () => void } {
  let forget = (): void => {};
  const promise = new Promise<undefined>((resolve) => {
    const listener = (): void => resolve(undefined);
    if (signal.aborted) listener();
    signal.addEventListener("abort", listener, { once: true });
    forget = () => signal.removeEventListener("abort", listener);
  });
  return { promise, forget };
}

function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined));
}

/** Everything has been sent, or the client is gone. */
function finished(target: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    target.on("finish", resolve);
    target.on("close", resolve);
  });
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
