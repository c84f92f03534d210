import type { ContainerAccess } from "../model/container-access.ts";
import { requestTarget } from "../model/request-target.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import type { Pod } from "../pods/pod.ts";
import { logOptions } from "./log-options.ts";

/**
 * `pods/log`: text, which goes on while it is followed and the container runs.
 * @param named the container, where it is not the query that says which
 */
export function serveLog(request: ServerRequest, pod: Pod, containers: ContainerAccess, named?: string): Response {
  const { container, ...options } = logOptions(requestTarget(request.url).searchParams);
  const { name } = chooseContainer(pod, named ?? container);
  // Where no node has the pod yet there is nobody to ask.
  if ((pod.spec.nodeName ?? "") === "") return new Response(null, { status: 204 });
  const gone = new AbortController();
  const signal = AbortSignal.any([request.signal, gone.signal]);
  const chunks = containers.logs(pod, name, { ...options, signal });
  const headers = { "cache-control": "no-cache, private", "content-type": "text/plain" };
  return new Response(streamOf(chunks, gone), { headers });
}

/** Chunks as a body that is read no faster than the client reads; `gone` is aborted when it stops reading. */
function streamOf(chunks: AsyncIterable<string | Uint8Array>, gone: AbortController): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(typeof next.value === "string" ? encoder.encode(next.value) : next.value);
    },
    async cancel() {
      gone.abort();
      await iterator.return?.(undefined);
    },
  });
}
