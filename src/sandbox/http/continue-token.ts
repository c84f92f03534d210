import { badRequest } from "../model/status-error.ts";
import { goSyntaxError } from "../schema/json-syntax.ts";

/** Where a page ended, and of which state of the store it was. */
export interface ContinueToken {
  /** -1: whatever is current, at the price of consistency. */
  readonly revision: number;
  /** The first key of the next page, relative to the listed prefix. */
  readonly start: string;
}

const VERSION = "meta.k8s.io/v1";
/** The character after which every later key sorts: the next key begins behind the last one. */
const AFTER = "\u0000";

/** The opaque text for a page that ended with `lastKey`. */
export function continueAfter(revision: number, lastKey: string): string {
  return encodeContinue({ revision, start: `${lastKey}${AFTER}` });
}

export function encodeContinue({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `/${start}` })).toString("base64url");
}

/** Reads a token again. Throws the 400. */
export function decodeContinue(text: string): ContinueToken {
  const illegal = /[^A-Za-z0-9_-]/.exec(text);
  if (illegal !== null) throw invalidToken(`illegal base64 data at input byte ${illegal.index}`);
  const bytes = Buffer.from(text, "base64url");
  const token = parse(bytes);
  if (token.v !== VERSION) {
    throw invalidToken(`server does not recognize this encoded version ${JSON.stringify(String(token.v ?? ""))}`);
  }
  if (typeof token.start !== "string" || token.start === "") {
    throw invalidToken(`encoded start key empty (version ${VERSION})`);
  }
  if (typeof token.rv !== "number" || token.rv === 0) {
    throw invalidToken(`incorrect encoded start resourceVersion (version ${VERSION})`);
  }
  return { revision: token.rv, start: token.start.replace(/^\//, "") };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    throw invalidToken(goSyntaxError(bytes) ?? "unexpected end of JSON input");
  }
}

function invalidToken(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
