/** By a file's extension: what web pages are made of. */
const TYPES: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".gif": "image/gif",
  ".gz": "application/gzip",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webm": "video/webm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".xml": "text/xml; charset=utf-8",
  ".yaml": "application/yaml",
  ".yml": "application/yaml",
  ".zip": "application/zip",
};

/** How much of a file is looked at. */
export const SNIFFED_BYTES = 512;

/** By the extension, else by how the file begins: text, or anything. */
export function contentType(extension: string, beginning: Uint8Array): string {
  const known = TYPES[extension.toLowerCase()];
  if (known !== undefined) return known;
  // Control characters that no text has (https://mimesniff.spec.whatwg.org/#binary-data-byte).
  const binary = beginning.some((byte) => byte <= 8 || byte === 11 || (byte >= 14 && byte <= 31 && byte !== 27));
  return binary ? "application/octet-stream" : "text/plain; charset=utf-8";
}
