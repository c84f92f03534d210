import { Writable } from "node:stream";

/** A stream that keeps the lines that are written to it. */
export function lineSink(): { readonly stream: Writable; readonly lines: string[] } {
  const lines: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      lines.push(...text.split("\n").slice(0, -1));
      done();
    },
  });
  return { stream, lines };
}
