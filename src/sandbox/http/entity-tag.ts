import { createHash } from "node:crypto";
import type { ServerRequest } from "../model/server-request.ts";
import { textAnswer } from "./answers.ts";

/** The tag of a text: its SHA-512, in upper-case hexadecimal. */
export function entityHash(text: string): string {
  return createHash("sha512").update(text).digest("hex").toUpperCase();
}

/** A JSON value that a client may keep and ask about again; 304 when it has not changed. */
export function jsonWithTag(request: ServerRequest, value: unknown, contentType: string): Response {
  const text = JSON.stringify(value);
  return textWithTag(request, text, entityHash(text), contentType);
}

export function textWithTag(request: ServerRequest, text: string, hash: string, contentType: string): Response {
  const headers = { etag: `"${hash}"`, vary: "Accept", "content-type": contentType };
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim());
  if (known.includes(headers.etag)) return new Response(null, { status: 304, headers });
  const response = textAnswer(200, text, "json", headers);
  return response;
}
