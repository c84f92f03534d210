import { STATUS_CODES } from "node:http";
import type { StreamResponse } from "../../transport/transport.ts";

const BODILESS = new Set([101, 204, 205, 304]);
/** About one connection, so not the program's answer. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"]);

/** What is known of an answer besides. */
export interface ResponseContext {
  readonly method: string;
  /** The path that it came from, below the server's URL. */
  readonly url: string;
  readonly redirected: boolean;
  /** Ends the request: nobody will read the rest. */
  readonly cancel: () => void;
}

/** A standard Response whose body is fetched no faster than it is read. */
export function responseOf(answer: StreamResponse, { method, url, redirected, cancel }: ResponseContext): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue;
    for (const one of [value].flat()) headers.append(name, one);
  }
  const { status } = answer;
  const bodiless = method === "HEAD" || BODILESS.has(status);
  if (bodiless) void drain(answer.body);
  const response = new Response(bodiless ? null : streamOf(answer.body, cancel), {
    status,
    statusText: STATUS_CODES[status] ?? "",
    headers,
  });
  // A Response that is made has none of its own.
  Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } });
  return response;
}

/** Reads what is empty to its end, so that its connection is free for another request. */
async function drain(body: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    for await (const _chunk of body);
  } catch {
    // Nothing of it is of interest.
  }
}

function streamOf(body: AsyncIterable<Uint8Array>, cancel: () => void): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await chunks.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}
