/** The `Warning:` headers that a request collects. */
export interface Warnings {
  /** The same text is told once. */
  add(text: string): void;
  headers(): Headers;
}

const MISCELLANEOUS = 299;

/** None yet. */
export function newWarnings(): Warnings {
  const texts = new Set<string>();
  return {
    add: (text) => texts.add(text),
    headers() {
      const headers = new Headers();
      for (const text of texts) headers.append("warning", `${MISCELLANEOUS} - ${quoted(text)}`);
      return headers;
    },
  };
}

/** An HTTP quoted-string; header values are Latin-1 without control characters. */
function quoted(text: string): string {
  const printable = text.replace(/[^\u0020-\u007e\u00a0-\u00ff]/g, "?");
  return `"${printable.replace(/["\\]/g, "\\$&")}"`;
}
