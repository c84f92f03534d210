import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { failureAnswer } from "../http/answers.ts";
import { StatusError } from "../model/status-error.ts";

/** A refusal in plain text, as the kubelet words its own. */
export class TextRefusal extends Error {
  override readonly name = "TextRefusal";
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }
}

/** The answer to a request whose connection is not upgraded. */
export function refusalOf(error: unknown): Response {
  if (error instanceof TextRefusal) {
    const headers = { "content-type": "text/plain; charset=utf-8", ...error.headers };
    return new Response(error.message, { status: error.code, headers });
  }
  if (error instanceof StatusError) return failureAnswer(error);
  const message = `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`;
  return failureAnswer(new StatusError(500, "InternalError", message));
}

/** Sends an answer over the bare connection of a refused upgrade and ends it. */
export async function writeRefusal(socket: Duplex, answer: Response): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  const lines = [`HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`];
  answer.headers.forEach((value, name) => {
    if (name !== "content-length") lines.push(`${name}: ${value}`);
  });
  lines.push(`content-length: ${body.length}`, "connection: close", "", "");
  socket.end(Buffer.concat([Buffer.from(lines.join("\r\n")), body]));
}
