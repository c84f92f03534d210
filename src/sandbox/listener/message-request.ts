import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { MAX_BODY_BYTES } from "../http/read-body.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { StatusError } from "../model/status-error.ts";

const MALFORMED_ESCAPE = /^[^?]*%(?![0-9a-f]{2})/i;

/**
 * A message as the request that the server reads; a web Request of it, with its body as a stream, would cost as much
 * as deciding on a small write.
 */
export class MessageRequest implements ServerRequest {
  readonly method: string;
  /** As it was sent: `..` and escapes in its path stand as they are. */
  readonly url: string;
  readonly headers: Headers;
  readonly #message: IncomingMessage;
  readonly #gone: () => AbortSignal;
  #signal: AbortSignal | undefined;

  /**
   * @param gone makes the signal that is aborted when the client goes away; asked where somebody wants to know
   * @throws when its URL cannot be read
   */
  constructor(message: IncomingMessage, gone: () => AbortSignal) {
    const target = message.url ?? "/";
    const url = target.startsWith("/") ? `https://${message.headers.host ?? "localhost"}${target}` : target;
    this.method = message.method ?? "GET";
    if (!URL.canParse(url) || MALFORMED_ESCAPE.test(target)) throw new TypeError(`${target} is no URL`);
    this.url = url;
    this.headers = headersOf(message);
    this.#message = message;
    this.#gone = gone;
  }

  get signal(): AbortSignal {
    this.#signal ??= this.#gone();
    return this.#signal;
  }

  /** As it arrives, however long it is; null where there is none. Read once, instead of {@link arrayBuffer}. */
  get body(): Request["body"] {
    const { headers } = this.#message;
    if (headers["content-length"] === undefined && headers["transfer-encoding"] === undefined) return null;
    return Readable.toWeb(this.#message) as NonNullable<Request["body"]>;
  }

  /** Fails with the 413 as soon as the body is longer than the limit, and when the client goes away in the middle. */
  arrayBuffer(): Promise<ArrayBuffer> {
    const message = this.#message;
    const chunks: Buffer[] = [];
    let received = 0;
    return new Promise((resolve, reject) => {
      message.on("data", (chunk: Buffer) => {
        received += chunk.length;
        if (received > MAX_BODY_BYTES) {
          message.pause();
          reject(tooLarge());
        } else {
          chunks.push(chunk);
        }
      });
      message.on("end", () => resolve(joined(chunks, received)));
      message.on("error", reject);
      message.on("close", () => reject(new Error("The client went away before the whole body had arrived")));
    });
  }
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

function joined(chunks: readonly Buffer[], length: number): ArrayBuffer {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all.buffer;
}

function tooLarge(): StatusError {
  return new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
