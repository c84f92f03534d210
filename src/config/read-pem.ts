import path from "node:path";
import { ConfigError } from "../errors.ts";

/** Reads a file as UTF-8; rejects with code `ENOENT` when it is not there. */
export type ReadFile = (path: string) => Promise<string>;

/** A PEM text that an entry holds inline or names as a file. */
export interface PemField {
  /** Whose field it is, for messages: `user "admin"`. */
  readonly owner: string;
  /** The field's name without `-data`. */
  readonly field: string;
  readonly file?: string | undefined;
  /** base64. */
  readonly data?: string | undefined;
  /** The kubeconfig file that a relative path resolves against; undefined for a flag. */
  readonly base: string | undefined;
}

/** A PEM text, and the file when it came from one. */
export interface Pem {
  readonly text: string;
  readonly file?: string;
}

/** Reads such a field; undefined when it has neither form. Throws ConfigError `KUBECONFIG_INVALID`, `CREDENTIAL_INVALID`. */
export async function readPem(
  pem: PemField,
  outside: { readonly readFile: ReadFile; readonly currentDirectory: string },
): Promise<Pem | undefined> {
  const { owner, field } = pem;
  if (pem.file && pem.data) {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot use ${owner}: it has both ${field} and ${field}-data`, {
      hint: "Remove one of the two.",
    });
  }
  if (pem.data) return { text: decode(pem.data, pem) };
  if (!pem.file) return undefined;
  const file = resolvePath(pem.file, pem.base, outside.currentDirectory);
  let text: string;
  try {
    text = await outside.readFile(file);
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const reason = missing ? "no such file" : cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError("CREDENTIAL_INVALID", `Cannot read ${field} of ${owner}: ${file}: ${reason}`, { cause });
  }
  checkPem(text, pem, ` ${file}`);
  return { text, file };
}

/** A path of a kubeconfig is relative to its file; one of a flag is relative to the current directory. */
export function resolvePath(file: string, base: string | undefined, currentDirectory: string): string {
  return path.resolve(base === undefined ? currentDirectory : path.dirname(base), file);
}

function decode(data: string, pem: PemField): string {
  const bare = data.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(bare) || bare.length % 4 !== 0) {
    throw new ConfigError("CREDENTIAL_INVALID", `Cannot use ${pem.owner}: ${pem.field}-data is not base64`);
  }
  const text = Buffer.from(bare, "base64").toString("utf8");
  checkPem(text, pem, "-data");
  return text;
}

function checkPem(text: string, pem: PemField, where: string): void {
  if (text.includes("-----BEGIN ")) return;
  throw new ConfigError("CREDENTIAL_INVALID", `Cannot use ${pem.owner}: ${pem.field}${where} holds no PEM block`);
}
