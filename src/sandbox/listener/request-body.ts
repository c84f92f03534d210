import type { IncomingMessage } from "node:http";
import { MAX_BODY_BYTES } from "../http/read-body.ts";
import { StatusError } from "../model/status-error.ts";

/** Bytes that wait to be read before the connection is paused. */
const BUFFERED_BYTES = 64 * 1024;

/**
 * The message's body as a web stream that reads no faster than it is read from. Fails with the 413 as soon as it is
 * longer than the limit, and when the client goes away in the middle.
 */
export function requestBody(message: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  let received = 0;
  let settled = false;
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(controller) {
        const fail = (error: Error): void => {
          if (settled) return;
          settled = true;
          message.pause();
          controller.error(error);
        };
        message.on("data", (chunk: Buffer<ArrayBuffer>) => {
          if (settled) return;
          received += chunk.length;
          if (received > MAX_BODY_BYTES) {
            fail(tooLarge());
            return;
          }
          controller.enqueue(chunk);
          if ((controller.desiredSize ?? 0) <= 0) message.pause();
        });
        message.on("end", () => {
          if (settled) return;
          settled = true;
          controller.close();
        });
        message.on("error", fail);
        message.on("close", () => fail(new Error("The client went away before the whole body had arrived")));
        message.pause();
      },
      pull() {
        message.resume();
      },
      cancel() {
        settled = true;
        message.resume();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFERED_BYTES }),
  );
}

function tooLarge(): StatusError {
  return new StatusError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${MAX_BODY_BYTES}`);
}
