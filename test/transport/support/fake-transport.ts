import { Readable } from "node:stream";
import type { ApiRequest } from "../../../src/core/request.ts";
import type { ApiResponse, OpenRequest, StreamResponse, Transport } from "../../../src/transport/transport.ts";

/** An answer as a test writes it. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

/** A transport that answers by a function and keeps what it was sent. */
export function fakeTransport(
  answer: (request: ApiRequest, count: number) => Answer | Promise<Answer>,
): Transport & { readonly sent: ApiRequest[]; readonly opened: OpenRequest[] } {
  const sent: ApiRequest[] = [];
  const opened: OpenRequest[] = [];
  async function respond(request: ApiRequest): Promise<ApiResponse> {
    sent.push(request);
    const { status = 200, headers = { "content-type": "application/json" }, body } = await answer(request, sent.length);
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
    return { status, headers, body: Buffer.from(text) };
  }
  return {
    sent,
    opened,
    send: respond,
    async stream(request): Promise<StreamResponse> {
      const { status, headers, body } = await respond(request);
      return {
        status,
        headers,
        body: (async function* () {
          for (const line of Buffer.from(body)
            .toString()
            .split(/(?<=\n)/))
            yield Buffer.from(line);
        })(),
      };
    },
    async open(request) {
      opened.push(request);
      return {
        protocol: request.protocols[0] ?? "",
        send: async () => {},
        close: () => {},
        frames: (async function* () {})(),
      };
    },
    async upgrade(request) {
      const { status, headers, body } = await respond(request);
      return { type: "refused", status, headers, body: Readable.from([body]) };
    },
    async close() {},
  };
}

/** The text of a body. */
export function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString();
}
