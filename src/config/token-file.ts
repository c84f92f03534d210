import { ConfigError } from "../errors.ts";
import type { ReadFile } from "./read-pem.ts";

/** How long a token that was read is used without looking again: 60 s less 10 s of leeway. */
const TOKEN_FILE_MS = 50_000;

/** A token file, read again as it ages. https://github.com/kubernetes/client-go/blob/master/transport/token_source.go */
export class TokenFile {
  readonly #path: string;
  readonly #readFile: ReadFile;
  readonly #now: () => number;
  #token: string | undefined;
  /** The last token, kept for a read that fails. */
  #previous: string | undefined;
  #readAt = 0;
  #reading: Promise<string> | undefined;

  constructor(path: string, readFile: ReadFile, now: () => number) {
    this.#path = path;
    this.#readFile = readFile;
    this.#now = now;
  }

  /** The token of this moment. A failed read keeps the old one; the first read's failure is a ConfigError. */
  async token(): Promise<string> {
    if (this.#token !== undefined && this.#now() - this.#readAt < TOKEN_FILE_MS) return this.#token;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Drops a token that was read before that time; true when one was dropped. */
  invalidate(issuedBefore: number): boolean {
    if (this.#token === undefined || this.#readAt >= issuedBefore) return false;
    this.#token = undefined;
    return true;
  }

  async #read(): Promise<string> {
    const readAt = this.#now();
    try {
      const token = (await this.#readFile(this.#path)).trim();
      if (token === "") throw new Error("it is empty");
      this.#token = token;
      this.#previous = token;
      this.#readAt = readAt;
      return token;
    } catch (cause) {
      if (this.#previous !== undefined) return this.#previous;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ConfigError("CREDENTIAL_INVALID", `Cannot read the token file ${this.#path}: ${reason}`, {
        cause,
        hint: "The file must hold a bearer token; in a pod, check that the ServiceAccount's token is mounted.",
      });
    }
  }
}
