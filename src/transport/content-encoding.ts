import type { Readable } from "node:stream";
import type { StreamResponse } from "./transport.ts";

type Headers = StreamResponse["headers"];

/** A whole body with its content coding undone, and the headers that now hold. */
export async function decodeBody(headers: Headers, body: Uint8Array): Promise<{ headers: Headers; body: Uint8Array }> {
  const coding = codingOf(headers);
  if (coding === undefined || body.length === 0) return { headers, body };
  const { gunzip, inflate } = await import("node:zlib");
  const undo = coding === "gzip" ? gunzip : inflate;
  const decoded = await new Promise<Uint8Array>((resolve, reject) => {
    undo(body, (error, result) => (error ? reject(error) : resolve(result)));
  });
  return { headers: withoutCoding(headers), body: decoded };
}

/** The same for a body that arrives piece by piece; each piece is passed on as soon as it can be decoded. */
export async function decodedStream(
  headers: Headers,
  body: Readable,
): Promise<{ headers: Headers; body: AsyncIterable<Uint8Array> }> {
  const coding = codingOf(headers);
  if (coding === undefined) return { headers, body };
  const [{ createGunzip, createInflate, constants }, { pipeline }] = await Promise.all([
    import("node:zlib"),
    import("node:stream"),
  ]);
  const undo = coding === "gzip" ? createGunzip : createInflate;
  // Errors of either side surface where the decoded stream is read.
  const decoded = pipeline(body, undo({ flush: constants.Z_SYNC_FLUSH }), () => {});
  return { headers: withoutCoding(headers), body: decoded };
}

function codingOf(headers: Headers): "gzip" | "deflate" | undefined {
  const value = headers["content-encoding"];
  const coding = (Array.isArray(value) ? value.join(",") : (value ?? "")).trim().toLowerCase();
  return coding === "gzip" || coding === "deflate" ? coding : undefined;
}

function withoutCoding(headers: Headers): Headers {
  const { "content-encoding": _coding, "content-length": _length, ...rest } = headers;
  return rest;
}
