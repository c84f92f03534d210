import type { Transport } from "./transport.ts";

/** Told of each `Warning` of an answer: deprecated versions, unknown fields, policies that will refuse. */
export type WarningListener = (text: string) => void;

/** Tells a listener what the server warns of, in the order of the answers; the answers stay as they are. */
export function warn(inner: Transport, listener: WarningListener): Transport {
  const told = <A extends { readonly headers: Readonly<Record<string, string | string[] | undefined>> }>(
    answer: A,
  ): A => {
    for (const text of warningsOf(answer.headers.warning)) listener(text);
    return answer;
  };
  return {
    send: async (request, options) => told(await inner.send(request, options)),
    stream: async (request, options) => told(await inner.stream(request, options)),
    open: (request, options) => inner.open(request, options),
    upgrade: (request, options) => inner.upgrade(request, options),
    close: () => inner.close(),
  };
}

/**
 * The texts of `299 - "…"` values; one header may hold several, and what is malformed is passed over
 * (https://datatracker.ietf.org/doc/html/rfc7234#section-5.5).
 */
export function warningsOf(header: string | readonly string[] | undefined): string[] {
  const values = header === undefined ? [] : typeof header === "string" ? [header] : header;
  return values.flatMap((value) =>
    [...value.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1")),
  );
}
