/**
 * One resolved, immutable way to one server: what the transport needs and nothing that must still be looked up.
 * Made once by the kubeconfig, in-cluster or flag loaders; a different context is a different Connection.
 */
export interface Connection {
  /** Name of the kubeconfig context, `in-cluster`, or a made-up one for flags alone. */
  readonly context: string;
  /** The cluster entry's name; empty when there is none. */
  readonly cluster: string;
  /** The user entry's name; empty when there is none. */
  readonly user: string;
  /** The context's namespace, `default` when it names none. */
  readonly namespace: string;
  /** URL with scheme, host, port and an optional path prefix that every request keeps; no trailing slash. */
  readonly server: string;
  readonly tls: TlsSettings;
  readonly credential: Credential;
  readonly impersonate?: Impersonation | undefined;
  /** URL of an http, https or socks5 proxy, from `proxy-url` or the environment; undefined for a direct connection. */
  readonly proxyUrl?: string | undefined;
  readonly disableCompression: boolean;
  /** How long one request may take to answer, from `--request-timeout`; undefined leaves the transport's defaults. */
  readonly requestTimeoutMs?: number | undefined;
  /** The kubeconfig files that this came from, for messages and for `$` (zx) sub-processes; empty in a pod. */
  readonly files: readonly string[];
}

export interface TlsSettings {
  /** PEM bundle; undefined trusts the system's authorities. */
  readonly ca?: string | undefined;
  /** The file `ca` came from, when it came from one: curl lines name it. */
  readonly caFile?: string | undefined;
  /** Verified instead of the URL's host name, and sent as SNI. */
  readonly serverName?: string | undefined;
  readonly insecureSkipVerify: boolean;
}

/** How requests are authenticated: a tagged union; `certificate` may accompany any other form. */
export type Credential =
  | { readonly type: "none"; readonly certificate?: ClientCertificate | undefined }
  | {
      readonly type: "token";
      readonly token: string;
      /** Stands in no kubeconfig, so that only who gave it can give it again. */
      readonly fromFlags?: boolean | undefined;
      readonly certificate?: ClientCertificate | undefined;
    }
  | {
      readonly type: "tokenFile";
      /** Re-read every 50 s; the transport is given a reader and never opens it itself. */
      readonly path: string;
      readonly certificate?: ClientCertificate | undefined;
    }
  | {
      readonly type: "basic";
      readonly username: string;
      readonly password: string;
      readonly certificate?: ClientCertificate | undefined;
    }
  | { readonly type: "exec"; readonly exec: ExecConfig; readonly certificate?: undefined };

/** PEM texts; the files are kept to notice a rotation and to name them in curl lines. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** A kubeconfig user's `exec` entry, its command already resolved against its file. */
export interface ExecConfig {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly interactiveMode: "Never" | "IfAvailable" | "Always";
  readonly provideClusterInfo: boolean;
  /** The cluster's extension `client.authentication.k8s.io/exec`, handed to the plugin with the cluster. */
  readonly clusterConfig?: unknown;
  readonly installHint?: string | undefined;
}

/** Impersonate-* headers. */
export interface Impersonation {
  readonly user: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}
