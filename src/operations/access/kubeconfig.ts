import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Connection } from "../../config/connection.ts";
import { type KubeconfigFile, parseKubeconfig } from "../../config/kubeconfig.ts";
import { readOptional } from "../../config/load-kubeconfig.ts";
import { type Login, mergeLogin, requireOwnContext } from "../../config/merge-login.ts";
import { writeKubeconfig } from "../../config/write-kubeconfig.ts";
import { errorCode } from "../../core/error-code.ts";
import type { CallScope } from "../../resources/options.ts";
import { namespaceOf } from "../../resources/scope.ts";
import type { ServiceAccount } from "../../types/core-v1.ts";
import type { OperationContext } from "../context.ts";
import { createToken, type TokenOptions } from "./token.ts";

export interface KubeconfigOptions extends CallScope, Pick<TokenOptions, "durationSeconds" | "boundTo"> {
  /** Of the service account, and of the context. Default the handle's. */
  readonly namespace?: string | undefined;
  /** Of the context. Default `ACCOUNT@CLUSTER`. */
  readonly context?: string | undefined;
  /** URL of the API server for those who use it. Default the one that we talk to. */
  readonly server?: string | undefined;
}

export interface KubeconfigFileOptions extends KubeconfigOptions {
  /**
   * Writes it here, for its owner alone, instead of giving the text; into a kubeconfig that is there, beside what it holds
   * and in the place of what was written before under the context's name. Its current context stays.
   */
  readonly file: string;
}

/** A kubeconfig that was written. */
export interface WrittenKubeconfig {
  readonly file: string;
  readonly context: string;
  /** When its token ends, RFC 3339, as the server says. */
  readonly expirationTimestamp: string;
}

/**
 * A kubeconfig that logs in as a service account with a new token. It holds the token and is as secret; a line at its top
 * says when that ends.
 */
export async function serviceAccountKubeconfig(
  operation: OperationContext,
  account: string,
  options: KubeconfigOptions = {},
): Promise<string> {
  const prepared = await prepare(operation, account, options);
  const { login, expirationTimestamp } = await prepared.logIn();
  const about = `The token of service account ${login.namespace}/${account} ends at ${expirationTimestamp}.`;
  return `# ${about}\n${mergeLogin(undefined, login)}`;
}

/** {@link serviceAccountKubeconfig}, into a file. Throws ConfigError where that has the context, for somebody else. */
export async function writeServiceAccountKubeconfig(
  operation: OperationContext,
  account: string,
  options: KubeconfigFileOptions,
): Promise<WrittenKubeconfig> {
  const prepared = await prepare(operation, account, options);
  const file = path.resolve(options.file);
  // Before the token: it is not asked for in vain.
  const before = await readOptional(file, (one) => readFile(one, "utf8"));
  if (before !== undefined) requireOwnContext(parseKubeconfig(before, file), prepared.name);
  const { login, expirationTimestamp } = await prepared.logIn();
  // Others may have been written into it meanwhile: from here to the end of the writing nothing comes between.
  const present = presentIn(file);
  if (present !== undefined) requireOwnContext(present, prepared.name);
  await writeKubeconfig({ path: file, text: mergeLogin(present, login) }, true);
  return { file, context: prepared.name, expirationTimestamp };
}

interface Prepared {
  readonly name: string;
  /** Asks for the token. */
  logIn(): Promise<{ readonly login: Login; readonly expirationTimestamp: string }>;
}

async function prepare(
  operation: OperationContext,
  account: string,
  { durationSeconds, boundTo, context, server, namespace: given, signal }: KubeconfigOptions,
): Promise<Prepared> {
  const namespace = given ?? namespaceOf(operation.scope);
  const accounts = operation.resource<ServiceAccount>("serviceaccounts");
  const connection = await operation.connection();
  const cluster = clusterEntry(connection, server);
  const clusterName = connection.cluster === "" ? "kubernetes" : connection.cluster;
  const name = context ?? `${account}@${clusterName}`;
  return {
    name,
    logIn: async () => {
      const asked = { durationSeconds, boundTo, namespace, signal };
      const { token, expirationTimestamp } = await createToken(accounts, account, asked);
      return { login: { name, clusterName, cluster, user: { token }, namespace }, expirationTimestamp };
    },
  };
}

function presentIn(file: string): KubeconfigFile | undefined {
  try {
    return parseKubeconfig(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** The way to the server, without anybody's credentials: those of a proxy stay here. */
function clusterEntry(
  { server, tls, proxyUrl, disableCompression }: Connection,
  given: string | undefined,
): Readonly<Record<string, unknown>> {
  const serverName = given === undefined ? tls.serverName : undefined;
  return {
    server: given ?? server,
    ...(tls.ca === undefined ? {} : { "certificate-authority-data": Buffer.from(tls.ca).toString("base64") }),
    ...(serverName === undefined ? {} : { "tls-server-name": serverName }),
    ...(tls.insecureSkipVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(proxyUrl === undefined ? {} : { "proxy-url": withoutCredentials(proxyUrl) }),
    ...(disableCompression ? { "disable-compression": true } : {}),
  };
}

function withoutCredentials(url: string): string {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain.href.replace(/\/$/, "");
}
