import type { Handle, HandleUpgrade } from "../../src/sandbox/listener/listener.ts";

/** What a server is busy with: requests that are not answered to their end, and connections taken over. */
export class Underway {
  readonly #labels = new Map<symbol, string>();

  /** `GET /api/v1/pods?watch=true`, one for each. */
  get requests(): string[] {
    return [...this.#labels.values()];
  }

  /** The handler, watched. */
  handle(inner: Handle): Handle {
    return async (request, peer) => {
      const end = this.#begin(request.method, request.url);
      // A client that goes away before there is an answer is not waited for either.
      request.signal?.addEventListener("abort", end, { once: true });
      try {
        const response = await inner(request, peer);
        if (response.body === null || "whole" in response) return ended(response, end);
        return new Response(watched(response.body, end), response);
      } catch (error) {
        end();
        throw error;
      }
    };
  }

  handleUpgrade(inner: HandleUpgrade): HandleUpgrade {
    return (request, peer, socket, head, message) => {
      socket.once("close", this.#begin(request.method, request.url));
      inner(request, peer, socket, head, message);
    };
  }

  #begin(method: string, url: string): () => void {
    const key = Symbol();
    const { pathname, search } = new URL(url, "https://server");
    this.#labels.set(key, `${method} ${pathname}${search}`);
    return () => void this.#labels.delete(key);
  }
}

function ended(response: Response, end: () => void): Response {
  end();
  return response;
}

function watched(body: ReadableStream<Uint8Array>, end: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
          end();
          controller.close();
        } catch (error) {
          end();
          controller.error(error);
        }
      },
      cancel(reason) {
        end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
