/** kubectl's connection flags, parsed: what overrides the kubeconfig. */
export interface ConnectionFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly as?: string | undefined;
  readonly asUid?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
  /** Each `key=value`; a key may be repeated. */
  readonly asUserExtra?: readonly string[] | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly tlsServerName?: string | undefined;
  readonly proxyUrl?: string | undefined;
  readonly disableCompression?: boolean | undefined;
  /** A duration (`30s`, `1m30s`) or a number of seconds; `0` means no limit. */
  readonly requestTimeout?: string | undefined;
}

/** How one flag is written on the command line. */
export interface ConnectionFlag {
  readonly field: keyof ConnectionFlags;
  /** With its dashes left off: `as-uid`. */
  readonly name: string;
  readonly short?: string;
  readonly type: "string" | "boolean";
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  /** What stands after it in help; absent for switches. */
  readonly placeholder?: string;
  readonly description: string;
}

/** Every connection flag, in the order of help. */
export const CONNECTION_FLAGS: readonly ConnectionFlag[] = [
  {
    field: "kubeconfig",
    name: "kubeconfig",
    type: "string",
    placeholder: "FILE",
    description: "kubeconfig to use alone; it must exist",
  },
  { field: "context", name: "context", type: "string", placeholder: "NAME", description: "context of the kubeconfig" },
  { field: "cluster", name: "cluster", type: "string", placeholder: "NAME", description: "cluster of the kubeconfig" },
  { field: "user", name: "user", type: "string", placeholder: "NAME", description: "user of the kubeconfig" },
  {
    field: "namespace",
    name: "namespace",
    short: "n",
    type: "string",
    placeholder: "NAME",
    description: "namespace instead of the context's",
  },
  {
    field: "server",
    name: "server",
    short: "s",
    type: "string",
    placeholder: "URL",
    description: "address of the API server",
  },
  { field: "token", name: "token", type: "string", placeholder: "TOKEN", description: "bearer token to log in with" },
  { field: "username", name: "username", type: "string", placeholder: "NAME", description: "user for basic log-in" },
  {
    field: "password",
    name: "password",
    type: "string",
    placeholder: "TEXT",
    description: "password for basic log-in",
  },
  { field: "as", name: "as", type: "string", placeholder: "USER", description: "user to impersonate" },
  { field: "asUid", name: "as-uid", type: "string", placeholder: "UID", description: "uid to impersonate" },
  {
    field: "asGroups",
    name: "as-group",
    type: "string",
    multiple: true,
    placeholder: "GROUP",
    description: "group to impersonate; may be repeated",
  },
  {
    field: "asUserExtra",
    name: "as-user-extra",
    type: "string",
    multiple: true,
    placeholder: "KEY=VALUE",
    description: "extra attribute to impersonate; may be repeated",
  },
  {
    field: "clientCertificate",
    name: "client-certificate",
    type: "string",
    placeholder: "FILE",
    description: "client certificate (PEM)",
  },
  { field: "clientKey", name: "client-key", type: "string", placeholder: "FILE", description: "client key (PEM)" },
  {
    field: "certificateAuthority",
    name: "certificate-authority",
    type: "string",
    placeholder: "FILE",
    description: "authorities that the server's certificate is checked against (PEM)",
  },
  {
    field: "insecureSkipTlsVerify",
    name: "insecure-skip-tls-verify",
    type: "boolean",
    description: "do not check the server's certificate",
  },
  {
    field: "tlsServerName",
    name: "tls-server-name",
    type: "string",
    placeholder: "NAME",
    description: "name to check the server's certificate for",
  },
  {
    field: "proxyUrl",
    name: "proxy-url",
    type: "string",
    placeholder: "URL",
    description: "http, https or socks5 proxy",
  },
  {
    field: "disableCompression",
    name: "disable-compression",
    type: "boolean",
    description: "do not ask for compressed answers",
  },
  {
    field: "requestTimeout",
    name: "request-timeout",
    type: "string",
    placeholder: "DURATION",
    description: "longest wait for one answer, such as 30s; 0 for none",
  },
];
