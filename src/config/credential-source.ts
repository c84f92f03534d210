import type { ClientCertificate } from "./connection.ts";

/** What a request logs in with at this moment. */
export interface RequestCredential {
  /** The value of the Authorization header; undefined sends none. */
  readonly authorization?: string | undefined;
  /** Presented in the TLS handshake; another one means new connections. */
  readonly certificate?: ClientCertificate | undefined;
}

/**
 * Gives the transport its credential, request by request: it alone reads token and certificate files and runs
 * credential plugins. Times are milliseconds of the source's own clock, {@link CredentialSource.now}.
 */
export interface CredentialSource {
  /** The credential for a request that starts now. Rejects with ConfigError or AbortError. */
  current(options?: { readonly signal?: AbortSignal | undefined }): Promise<RequestCredential>;
  /**
   * After a 401: drops what was issued before the refused request started. True when the next
   * {@link CredentialSource.current} looks for a new credential, so that trying again makes sense.
   */
  invalidate(issuedBefore: number): boolean;
  now(): number;
}
