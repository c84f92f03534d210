import { ConfigError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import type { CredentialSource } from "./credential-source.ts";

/** What `config show` prints for other tools, curl above all. */
export const SHOWN_CREDENTIALS: readonly ["certificate-authority", "client-certificate", "client-key", "token"] = [
  "certificate-authority",
  "client-certificate",
  "client-key",
  "token",
];

/** One of {@link SHOWN_CREDENTIALS}. */
export type ShownCredential = (typeof SHOWN_CREDENTIALS)[number];

/**
 * One credential of a connection as text: PEM, or the bearer token of this moment, from a file or a plugin where it
 * comes from there. Throws ConfigError `CREDENTIAL_INVALID` when the connection has none.
 */
export async function showCredential(
  connection: Connection,
  credentials: CredentialSource,
  what: ShownCredential,
): Promise<string> {
  const text = await lookUp(connection, credentials, what);
  if (text !== undefined) return text;
  const owner = what === "certificate-authority" ? `cluster "${connection.cluster}"` : `user "${connection.user}"`;
  throw new ConfigError(
    "CREDENTIAL_INVALID",
    `Cannot show the ${what} of context "${connection.context}": ${owner} has none`,
  );
}

async function lookUp(
  connection: Connection,
  credentials: CredentialSource,
  what: ShownCredential,
): Promise<string | undefined> {
  if (what === "certificate-authority") return connection.tls.ca;
  const { authorization, certificate } = await credentials.current();
  if (what === "client-certificate") return certificate?.certificate;
  if (what === "client-key") return certificate?.key;
  return /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
}
