/** https://pkg.go.dev/net/http#FileServer */
import type { Stats } from "node:fs";
import { type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { contentType, SNIFFED_BYTES } from "./content-type.ts";
import { sendText } from "./forward.ts";

const NOT_FOUND = "404 page not found";

/**
 * Serves a file or a folder below `root`: an `index.html` for its folder, else a list of what is in it. `file` is
 * decoded and begins with a slash. A link that leads out of the folder is answered as if it were not there.
 */
export async function serveFile(
  root: string,
  file: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const clean = path.posix.normalize(file);
  if (file.endsWith("/index.html")) return redirect(request, response, "./");
  const found = file.includes("\0") || /(^|\/)\.\.(\/|$)/.test(file) ? undefined : await locate(root, clean);
  if (found === undefined) return sendText(response, 404, NOT_FOUND);
  const name = path.posix.basename(clean);
  if (found.stats.isDirectory()) {
    if (!file.endsWith("/")) return redirect(request, response, `${encodeURIComponent(name)}/`);
    const index = await locate(root, path.posix.join(clean, "index.html"));
    if (index?.stats.isFile()) return sendFile(index.path, request, response);
    return sendListing(found, request, response);
  }
  if (!found.stats.isFile()) return sendText(response, 404, NOT_FOUND);
  if (file.endsWith("/")) return redirect(request, response, `../${encodeURIComponent(name)}`);
  return sendFile(found.path, request, response);
}

interface Found {
  readonly path: string;
  readonly stats: Stats;
}

async function locate(root: string, file: string): Promise<Found | undefined> {
  try {
    const top = await realpath(root);
    const real = await realpath(path.join(top, file.replace(/\/+$/, "")));
    if (real !== top && !real.startsWith(top.endsWith(path.sep) ? top : `${top}${path.sep}`)) return undefined;
    return { path: real, stats: await stat(real) };
  } catch {
    return undefined;
  }
}

async function sendFile(file: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(file);
  } catch {
    return sendText(response, 403, "403 Forbidden");
  }
  try {
    const { size, mtime } = await handle.stat();
    if (notModified(request, mtime)) {
      response.writeHead(304, { "last-modified": mtime.toUTCString() }).end();
      return;
    }
    const beginning = Buffer.alloc(Math.min(SNIFFED_BYTES, size));
    await handle.read(beginning, 0, beginning.length, 0);
    const range = request.headers["if-range"] === undefined ? rangeOf(request.headers.range, size) : undefined;
    if (range === "unsatisfiable") {
      response.setHeader("content-range", `bytes */${size}`);
      return sendText(response, 416, "invalid range: failed to overlap");
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    response.writeHead(range === undefined ? 200 : 206, {
      "accept-ranges": "bytes",
      "content-length": end - start + 1,
      "content-type": contentType(path.extname(file), beginning),
      "last-modified": mtime.toUTCString(),
      ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` }),
    });
    if (request.method === "HEAD" || end < start) {
      response.end();
      return;
    }
    await pipeline(handle.createReadStream({ start, end, autoClose: false }), response).catch(() => response.destroy());
  } finally {
    await handle.close();
  }
}

/** One range of bytes; several, and what cannot be read, are answered with the whole. */
function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || (from === "" && Number(to) === 0)) return "unsatisfiable";
  return start > end ? undefined : { start, end };
}

/** Whether the client has the file as it is; headers tell time to the second. */
function notModified({ headers }: IncomingMessage, changed: Date): boolean {
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return headers["if-none-match"] === undefined && Math.floor(changed.getTime() / 1000) * 1000 <= since;
}

async function sendListing(
  { path: folder, stats }: Found,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let names: string[];
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  } catch {
    return sendText(response, 403, "403 Forbidden");
  }
  const links = names.map(
    (name) => `<a href="${encodeURIComponent(name).replace(/%2F$/, "/")}">${escapeHtml(name)}</a>`,
  );
  const body = [
    "<!doctype html>",
    '<meta name="viewport" content="width=device-width">',
    "<pre>",
    ...links,
    "</pre>",
    "",
  ].join("\n");
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "last-modified": stats.mtime.toUTCString(),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function redirect({ url = "" }: IncomingMessage, response: ServerResponse, location: string): void {
  const mark = url.indexOf("?");
  const search = mark < 0 ? "" : url.slice(mark);
  response.writeHead(301, { location: `${location}${search}`, "content-length": 0 }).end();
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (one) => entities[one] ?? one);
}
