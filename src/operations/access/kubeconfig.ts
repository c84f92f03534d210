import type { Connection } from "../../config/connection.ts";
import { formatYaml } from "../../core/yaml.ts";
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

/**
 * A kubeconfig that logs in as a service account with a new token. It holds the token and is as secret; a line at its top
 * says when that ends.
 */
export async function serviceAccountKubeconfig(
  operation: OperationContext,
  account: string,
  options: KubeconfigOptions = {},
): Promise<string> {
  const { durationSeconds, boundTo, context, server, ...call } = options;
  const { scope } = operation;
  const namespace = call.namespace ?? namespaceOf(scope);
  const accounts = operation.resource<ServiceAccount>("serviceaccounts");
  const connection = await operation.connection();
  // Before the token: it is not asked for in vain.
  const cluster = clusterEntry(connection, server);
  const { token, expirationTimestamp } = await createToken(accounts, account, { ...call, durationSeconds, boundTo });
  const clusterName = connection.cluster === "" ? "kubernetes" : connection.cluster;
  const name = context ?? `${account}@${clusterName}`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: clusterName, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: clusterName, user: name, namespace } }],
    "current-context": name,
  };
  return `# The token of service account ${namespace}/${account} ends at ${expirationTimestamp}.\n${formatYaml(config)}`;
}

/** The way to the server, without anybody's credentials: those of a proxy stay here. */
function clusterEntry({ server, tls, proxyUrl, disableCompression }: Connection, given: string | undefined): object {
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
