import { isRecord } from "../core/record.ts";
import { formatYaml, parseYaml } from "../core/yaml.ts";
import { MASK, maskSecret, maskText, maskValue } from "./mask.ts";

/** A body that is shown to a person. */
export interface ShownBody {
  readonly body: string | Uint8Array;
  /** The Content-Type header; decides how the text is laid out. */
  readonly contentType: string | undefined;
  /** The request's path: bodies below `/secrets` are Secrets even where they do not say so, as patches. */
  readonly path: string;
}

/** A body as indented text with its secrets masked, cut after so many characters. Binary ones are only counted. */
export function readableBody(shown: ShownBody, maxCharacters = 20_000): string {
  const text = maskedBody(shown, true);
  if (text === undefined) return `(${shown.body.length} bytes)`;
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters)}\n… (${text.length - maxCharacters} more characters)`;
}

/** A text body with its secrets masked, indented or as compact as it came; undefined for a binary one. */
export function maskedBody({ body, contentType = "", path }: ShownBody, indented: boolean): string | undefined {
  const text = asText(body);
  if (text === undefined) return undefined;
  const mask = isSecretPath(path) ? maskSecretDocument : maskValue;
  if (/json/.test(contentType) || /^\s*[{[]/.test(text)) {
    try {
      return JSON.stringify(mask(JSON.parse(text)), null, indented ? 2 : undefined);
    } catch {
      return maskText(text);
    }
  }
  if (!/yaml/.test(contentType)) return maskText(text);
  try {
    return formatYaml(mask(parseYaml(text))).trimEnd();
  } catch {
    return maskText(text);
  }
}

/** Whether a path is of Secrets: their patches and lists' items leave the kind out. */
export function isSecretPath(path: string): boolean {
  return /\/secrets(\/|$)/.test(path);
}

/** A body sent to or read from a Secrets' path; JSON Patch operations hide their values. */
function maskSecretDocument(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((operation) =>
      isRecord(operation) && "value" in operation ? { ...operation, value: MASK } : operation,
    );
  }
  return isRecord(value) && (value.kind === undefined || value.kind === "Secret")
    ? maskSecret(value)
    : maskValue(value);
}

function asText(body: string | Uint8Array): string | undefined {
  if (typeof body === "string") return body;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
