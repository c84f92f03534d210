import type { Connection, ExecConfig } from "./connection.ts";

/** What a plugin answered, checked. */
export interface ExecCredential {
  readonly token?: string | undefined;
  readonly certificate?: { readonly certificate: string; readonly key: string } | undefined;
  /** Milliseconds since the epoch; undefined lasts until a 401. */
  readonly expiresAt?: number | undefined;
}

/** What a plugin is told of the cluster. https://kubernetes.io/docs/reference/config-api/client-authentication.v1/#client-authentication-k8s-io-v1-Cluster */
export interface ExecCluster {
  readonly server: string;
  readonly "tls-server-name"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "certificate-authority-data"?: string;
  readonly "proxy-url"?: string;
  readonly "disable-compression"?: boolean;
  readonly config?: unknown;
}

/** The cluster as a plugin of this connection is told of it. */
export function execCluster(connection: Connection, exec: ExecConfig): ExecCluster {
  const { tls } = connection;
  return {
    server: connection.server,
    ...(tls.serverName === undefined ? {} : { "tls-server-name": tls.serverName }),
    ...(tls.insecureSkipVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(tls.ca === undefined ? {} : { "certificate-authority-data": Buffer.from(tls.ca).toString("base64") }),
    ...(connection.proxyUrl === undefined ? {} : { "proxy-url": connection.proxyUrl }),
    ...(connection.disableCompression ? { "disable-compression": true } : {}),
    ...(exec.clusterConfig === undefined ? {} : { config: exec.clusterConfig }),
  };
}

/** The value of KUBERNETES_EXEC_INFO. */
export function execInfo(exec: ExecConfig, interactive: boolean, cluster: ExecCluster): string {
  return JSON.stringify({
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { ...(exec.provideClusterInfo ? { cluster } : {}), interactive },
  });
}

/**
 * Checks what a plugin wrote on its standard output. Throws Error whose message says what is wrong and never repeats
 * the output, which may hold a token.
 */
export function parseExecCredential(output: string, exec: ExecConfig): ExecCredential {
  const answer = parseJson(output);
  if (answer.kind !== "ExecCredential") throw new Error("its answer is no ExecCredential");
  if (answer.apiVersion !== exec.apiVersion) {
    throw new Error(`it is configured for ${exec.apiVersion} but answered ${JSON.stringify(answer.apiVersion ?? "")}`);
  }
  const status = answer.status;
  if (typeof status !== "object" || status === null) throw new Error("its answer has no status");
  const fields = status as Record<string, unknown>;
  const field = (name: string): string | undefined => {
    const value = fields[name];
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value !== "string") throw new Error(`status.${name} of its answer is no string`);
    return value;
  };
  const token = field("token");
  const certificate = field("clientCertificateData");
  const key = field("clientKeyData");
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Error("its answer has a certificate or a key, but not both");
  }
  if (token === undefined && certificate === undefined) throw new Error("its answer has neither token nor certificate");
  return {
    token,
    certificate: certificate === undefined || key === undefined ? undefined : { certificate, key },
    expiresAt: expiry(field("expirationTimestamp")),
  };
}

function parseJson(output: string): Record<string, unknown> {
  if (output.trim() === "") throw new Error("it answered nothing");
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw new Error("its answer is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new Error("its answer is no JSON object");
  return value as Record<string, unknown>;
}

function expiry(timestamp: string | undefined): number | undefined {
  if (timestamp === undefined) return undefined;
  const at = Date.parse(timestamp);
  if (Number.isNaN(at)) throw new Error("status.expirationTimestamp of its answer is no time");
  return at;
}
