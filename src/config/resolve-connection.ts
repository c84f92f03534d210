import { readFile as readTextFile } from "node:fs/promises";
import { homedir } from "node:os";
import { ConfigError } from "../errors.ts";
import { type Chosen, chooseEntries } from "./choose-entries.ts";
import type { Connection, TlsSettings } from "./connection.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import { type InClusterConfig, loadInCluster } from "./in-cluster.ts";
import type { KubeconfigCluster } from "./kubeconfig.ts";
import { type Kubeconfig, loadKubeconfig } from "./load-kubeconfig.ts";
import { parseProxyUrl, proxyFromEnvironment } from "./proxy.ts";
import { type ReadFile, readPem } from "./read-pem.ts";
import { parseTimeout } from "./request-timeout.ts";
import { resolveCredential, resolveImpersonation } from "./resolve-user.ts";

/** What a Connection is resolved from; everything has the process' own as default. */
export interface ResolveOptions {
  readonly flags?: ConnectionFlags | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Reads a file as UTF-8; rejects with code `ENOENT` when it is not there. Default `node:fs`. */
  readonly readFile?: ReadFile | undefined;
  /** Default the user's home. */
  readonly homeDirectory?: string | undefined;
  /** What relative paths of flags and of KUBECONFIG resolve against. Default `process.cwd()`. */
  readonly currentDirectory?: string | undefined;
  /** Default `/var/run/secrets/kubernetes.io/serviceaccount`. */
  readonly serviceAccountDirectory?: string | undefined;
}

/**
 * Resolves kubeconfig files, the pod's own configuration and kubectl's connection flags to one Connection.
 * Throws ConfigError: `KUBECONFIG_NOT_FOUND`, `KUBECONFIG_INVALID`, `CONTEXT_NOT_FOUND`, `NO_CLUSTER`,
 * `CREDENTIAL_INVALID`, `CREDENTIAL_UNSUPPORTED`, `PROXY`; UsageError for a flag that cannot be used.
 */
export async function resolveConnection(options: ResolveOptions = {}): Promise<Connection> {
  const outside = withDefaults(options);
  const kubeconfig = await loadKubeconfig({ ...outside, kubeconfig: outside.flags.kubeconfig });
  return connectionFrom(kubeconfig, outside);
}

/** {@link resolveConnection} on a kubeconfig that is already loaded: another context without reading files twice. */
export async function connectionFrom(kubeconfig: Kubeconfig, options: ResolveOptions = {}): Promise<Connection> {
  const outside = withDefaults(options);
  const { flags } = outside;
  const inCluster = namesNoCluster(kubeconfig, flags) ? await loadInCluster(outside) : undefined;
  const chosen = inCluster ? fromPod(inCluster) : chooseEntries(kubeconfig, flags);
  const cluster = overrideCluster(chosen.cluster, flags);
  const server = serverUrl(cluster.server, chosen);
  const impersonate = resolveImpersonation(chosen.user, flags);
  const requestTimeoutMs = parseTimeout(flags.requestTimeout);
  return {
    context: chosen.contextName,
    cluster: chosen.clusterName,
    user: chosen.userName,
    namespace: flags.namespace || chosen.context.namespace || "default",
    server,
    tls: await resolveTls(cluster, chosen, outside),
    credential: await resolveCredential({ ...chosen, ...outside, server }),
    ...(impersonate === undefined ? {} : { impersonate }),
    ...optional("proxyUrl", resolveProxy(cluster, chosen, server, outside.env)),
    disableCompression: cluster["disable-compression"] ?? false,
    ...optional("requestTimeoutMs", requestTimeoutMs),
    files: kubeconfig.files.map((file) => file.path),
  };
}

/** {@link ResolveOptions} with the process' own for what was left out. */
type Outside = Required<Omit<ResolveOptions, "serviceAccountDirectory">> & {
  readonly flags: ConnectionFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly homeDirectory: string;
  readonly currentDirectory: string;
  readonly serviceAccountDirectory: string | undefined;
};

function withDefaults(options: ResolveOptions): Outside {
  return {
    flags: options.flags ?? {},
    env: options.env ?? process.env,
    readFile: options.readFile ?? ((file) => readTextFile(file, "utf8")),
    homeDirectory: options.homeDirectory ?? homedir(),
    currentDirectory: options.currentDirectory ?? process.cwd(),
    serviceAccountDirectory: options.serviceAccountDirectory,
  };
}

/** Whether neither the kubeconfig nor a flag says which cluster: then a pod's own is looked for. */
function namesNoCluster(kubeconfig: Kubeconfig, flags: ConnectionFlags): boolean {
  if (flags.context || flags.cluster || flags.server) return false;
  return kubeconfig.clusters.size === 0 || kubeconfig.currentContext === undefined;
}

function fromPod(pod: InClusterConfig): Chosen {
  const place = "/";
  return {
    contextName: "in-cluster",
    clusterName: "in-cluster",
    userName: "service-account",
    context: pod.context,
    cluster: pod.cluster,
    user: pod.user,
    clusterFile: place,
    userFile: place,
  };
}

/** Flags over the cluster's entry. https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/client_config.go */
function overrideCluster(cluster: KubeconfigCluster, flags: ConnectionFlags): KubeconfigCluster {
  const merged: { -readonly [K in keyof KubeconfigCluster]: KubeconfigCluster[K] } = { ...cluster };
  if (flags.server) {
    merged.server = flags.server;
    // The entry's name was for the entry's server.
    delete merged["tls-server-name"];
  }
  if (flags.tlsServerName) merged["tls-server-name"] = flags.tlsServerName;
  if (flags.insecureSkipTlsVerify !== undefined) merged["insecure-skip-tls-verify"] = flags.insecureSkipTlsVerify;
  if (flags.insecureSkipTlsVerify || flags.certificateAuthority) {
    delete merged["certificate-authority"];
    delete merged["certificate-authority-data"];
    merged["insecure-skip-tls-verify"] = flags.insecureSkipTlsVerify ?? false;
  }
  if (flags.proxyUrl) merged["proxy-url"] = flags.proxyUrl;
  if (flags.disableCompression !== undefined) merged["disable-compression"] = flags.disableCompression;
  return merged;
}

/** The server's URL with a scheme, without a trailing slash, query or fragment; its path is kept. */
function serverUrl(server: string | undefined, chosen: Chosen): string {
  const where = chosen.clusterName === "" ? "--server" : `cluster "${chosen.clusterName}"`;
  if (!server) {
    throw new ConfigError("NO_CLUSTER", `Cannot connect: ${where} has no server`, {
      hint: 'Set the field "server" of the cluster, or pass --server.',
    });
  }
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`);
  } catch (cause) {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot connect: the server of ${where} is no URL: ${server}`, {
      cause,
    });
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot connect: the server of ${where} is no http or https URL`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

async function resolveTls(cluster: KubeconfigCluster, chosen: Chosen, outside: Outside): Promise<TlsSettings> {
  const insecureSkipVerify = cluster["insecure-skip-tls-verify"] ?? false;
  const owner = `cluster "${chosen.clusterName}"`;
  const fromFlag = outside.flags.certificateAuthority;
  const ca = await readPem(
    fromFlag
      ? { owner: "--certificate-authority", field: "certificate-authority", file: fromFlag, base: undefined }
      : {
          owner,
          field: "certificate-authority",
          file: cluster["certificate-authority"],
          data: cluster["certificate-authority-data"],
          base: chosen.clusterFile,
        },
    outside,
  );
  if (insecureSkipVerify && ca !== undefined) {
    throw new ConfigError(
      "KUBECONFIG_INVALID",
      `Cannot use ${owner}: insecure-skip-tls-verify and a certificate authority exclude each other`,
      { hint: "Remove insecure-skip-tls-verify to have the server's certificate checked." },
    );
  }
  return {
    ...optional("ca", ca?.text),
    ...optional("caFile", ca?.file),
    ...optional("serverName", cluster["tls-server-name"]),
    insecureSkipVerify,
  };
}

function resolveProxy(
  cluster: KubeconfigCluster,
  chosen: Chosen,
  server: string,
  env: Outside["env"],
): string | undefined {
  const given = cluster["proxy-url"];
  return given ? parseProxyUrl(given, `cluster "${chosen.clusterName}"`) : proxyFromEnvironment(server, env);
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
