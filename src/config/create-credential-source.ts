import { readFile as readTextFile } from "node:fs/promises";
import { CertificateFiles } from "./certificate-files.ts";
import type { ClientCertificate, Connection, Credential } from "./connection.ts";
import type { CredentialSource, RequestCredential } from "./credential-source.ts";
import { ExecPlugins } from "./exec-plugin.ts";
import type { ReadFile } from "./read-pem.ts";
import type { ExecSurroundings } from "./run-exec-plugin.ts";
import { TokenFile } from "./token-file.ts";

/** The outside of credential sources; everything has the process' own as default. */
export interface CredentialSourceOptions {
  /** Default `node:fs`. */
  readonly readFile?: ReadFile | undefined;
  /** Milliseconds since the epoch, never going back. Default the process' clock. */
  readonly now?: (() => number) | undefined;
  /** Default the process' environment, and its standard input when that is a terminal. */
  readonly exec?: ExecSurroundings | undefined;
  /** Shared by several connections, so that a plugin runs once for all contexts that use it alike. */
  readonly plugins?: ExecPlugins | undefined;
}

/** The credential source of a connection: reads its files again and runs its plugin as needed. */
export function createCredentialSource(
  connection: Connection,
  options: CredentialSourceOptions = {},
): CredentialSource {
  const now = options.now ?? processClock;
  const readFile = options.readFile ?? ((file: string) => readTextFile(file, "utf8"));
  const { credential } = connection;
  if (credential.type === "exec") {
    const plugins = options.plugins ?? new ExecPlugins(options.exec ?? processSurroundings(), now);
    const { exec } = credential;
    return {
      now,
      current: async ({ signal } = {}) => {
        const { token, certificate } = await plugins.credential(exec, connection, signal);
        return { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), certificate };
      },
      invalidate: (issuedBefore) => plugins.invalidate(exec, connection, issuedBefore),
    };
  }
  const files = credential.certificate && new CertificateFiles(credential.certificate, readFile, now);
  const tokenFile = credential.type === "tokenFile" ? new TokenFile(credential.path, readFile, now) : undefined;
  const fixed = fixedAuthorization(credential);
  return {
    now,
    current: async () => {
      const certificate: ClientCertificate | undefined = await files?.certificate();
      const authorization = tokenFile === undefined ? fixed : `Bearer ${await tokenFile.token()}`;
      return { authorization, certificate } satisfies RequestCredential;
    },
    invalidate: (issuedBefore) => tokenFile?.invalidate(issuedBefore) ?? false,
  };
}

/** What a plugin gets from this process. `ownsStdin` says that a prompt reads standard input. */
export function processSurroundings(ownsStdin = false): ExecSurroundings {
  return {
    env: process.env,
    stdinAvailable: !ownsStdin && process.stdin.isTTY === true,
    ...(ownsStdin ? { stdinReason: "the prompt uses standard input" } : {}),
  };
}

function fixedAuthorization(credential: Credential): string | undefined {
  if (credential.type === "token") return `Bearer ${credential.token}`;
  if (credential.type !== "basic") return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString("base64")}`;
}

/** The epoch by the monotonic clock: fine enough to order a token's reading and a request in the same millisecond. */
function processClock(): number {
  return performance.timeOrigin + performance.now();
}
