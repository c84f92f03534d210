import type { ApiRequest } from "../core/request.ts";
import { type RecordedExchange, type Recording, recordBody, recordHeaders, recordRequest } from "./recording.ts";
import type { StreamResponse, Transport } from "./transport.ts";

/** Collects exchanges in the order in which their answers were read to the end. */
export interface Recorder {
  add(exchange: RecordedExchange): void;
}

/** A recorder in memory. */
export function createRecorder(): Recorder & { recording(): Recording } {
  const exchanges: RecordedExchange[] = [];
  return {
    add: (exchange) => void exchanges.push(exchange),
    recording: () => ({ version: 1, exchanges: [...exchanges] }),
  };
}

/**
 * Keeps every request with its answer, secrets masked. A streamed answer is kept as far as it was read, once it ends.
 * WebSockets and other upgrades pass and are not kept.
 */
export function record(inner: Transport, recorder: Recorder): Transport {
  const keep = (
    request: ApiRequest,
    answer: Pick<StreamResponse, "status" | "headers">,
    body: Uint8Array,
    streamed: boolean,
  ): void => {
    const contentType = answer.headers["content-type"];
    recorder.add({
      ...recordRequest(request),
      status: answer.status,
      headers: recordHeaders(answer.headers),
      response: recordBody(body, typeof contentType === "string" ? contentType : undefined, request.path),
      ...(streamed ? { streamed } : {}),
    });
  };
  return {
    async send(request, options) {
      const answer = await inner.send(request, options);
      keep(request, answer, answer.body, false);
      return answer;
    },
    async stream(request, options) {
      const answer = await inner.stream(request, options);
      return { ...answer, body: copied(answer.body, (body) => keep(request, answer, body, true)) };
    },
    open: (request, options) => inner.open(request, options),
    upgrade: (request, options) => inner.upgrade(request, options),
    close: () => inner.close(),
  };
}

/** Passes the pieces on and hands them over together at the end, however the reader leaves. */
async function* copied(
  body: AsyncIterable<Uint8Array>,
  done: (body: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) {
      chunks.push(Buffer.from(chunk));
      yield chunk;
    }
  } finally {
    done(Buffer.concat(chunks));
  }
}
