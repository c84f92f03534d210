import { ConfigError, UsageError } from "../errors.ts";
import type { ClientCertificate, Credential, Impersonation } from "./connection.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig.ts";
import { type ReadFile, readPem, resolvePath } from "./read-pem.ts";
import { resolveExec } from "./resolve-exec.ts";

/** What a credential is resolved from. */
export interface CredentialOptions {
  readonly userName: string;
  readonly user: KubeconfigUser;
  readonly userFile: string | undefined;
  readonly cluster: KubeconfigCluster;
  readonly server: string;
  readonly flags: ConnectionFlags;
  readonly readFile: ReadFile;
  readonly currentDirectory: string;
}

/**
 * The credential of a user's entry with the flags over it. An exec plugin is used only where no token, basic or
 * certificate credential is configured. Over plain HTTP no credential is sent, as kubectl does.
 * Throws ConfigError `CREDENTIAL_UNSUPPORTED`, `CREDENTIAL_INVALID`, `KUBECONFIG_INVALID`.
 */
export async function resolveCredential(options: CredentialOptions): Promise<Credential> {
  const { user, flags, userName } = options;
  if (options.server.startsWith("http:")) return { type: "none" };
  const owner = userName === "" ? "the flags" : `user "${userName}"`;
  const certificate = await resolveCertificate(options, owner);
  const accompanied = certificate === undefined ? {} : { certificate };
  const basic = resolveBasic(options, owner);
  if (flags.token) return { type: "token", token: flags.token, fromFlags: true, ...accompanied };
  if (basic?.fromFlags) return { type: "basic", username: basic.username, password: basic.password, ...accompanied };
  const token = resolveToken(options);
  if (token && basic) {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot use ${owner}: it has both a token and a username or password`, {
      hint: "Keep one way to log in.",
    });
  }
  if (user["auth-provider"] && user.exec) {
    throw new ConfigError("KUBECONFIG_INVALID", `Cannot use ${owner}: it has both auth-provider and exec`, {
      hint: "Remove auth-provider.",
    });
  }
  if (token) return { ...token, ...accompanied };
  if (basic) return { type: "basic", username: basic.username, password: basic.password, ...accompanied };
  if (certificate) return { type: "none", certificate };
  if (user["auth-provider"]) throw unsupportedProvider(user["auth-provider"].name ?? "", owner);
  if (user.exec) return { type: "exec", exec: resolveExec(user.exec, options, owner) };
  return { type: "none" };
}

/** The identity to act as, undefined for one's own. Throws ConfigError or UsageError without a user to act as. */
export function resolveImpersonation(user: KubeconfigUser, flags: ConnectionFlags): Impersonation | undefined {
  const name = flags.as || user.as || "";
  const uid = flags.asUid || user["as-uid"];
  const groups = flags.asGroups?.length ? flags.asGroups : (user["as-groups"] ?? []);
  const extra = flags.asUserExtra?.length ? parseExtra(flags.asUserExtra) : (user["as-user-extra"] ?? {});
  if (name !== "") return { user: name, ...(uid ? { uid } : {}), groups, extra };
  if (!uid && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  const hint = 'Pass --as, or set the user\'s field "as".';
  const problem = "Cannot impersonate a uid, groups or extra attributes without a user";
  if (flags.asUid || flags.asGroups?.length || flags.asUserExtra?.length) {
    throw new UsageError("USAGE", problem, { hint });
  }
  throw new ConfigError("KUBECONFIG_INVALID", problem, { hint });
}

function parseExtra(pairs: readonly string[]): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new UsageError("USAGE", `Cannot use --as-user-extra ${JSON.stringify(pair)}: it is not KEY=VALUE`);
    }
    const key = pair.slice(0, at);
    extra[key] = [...(extra[key] ?? []), pair.slice(at + 1)];
  }
  return extra;
}

function resolveToken(options: CredentialOptions): Extract<Credential, { type: "token" | "tokenFile" }> | undefined {
  const { user, userFile, currentDirectory } = options;
  if (user.tokenFile) return { type: "tokenFile", path: resolvePath(user.tokenFile, userFile, currentDirectory) };
  return user.token ? { type: "token", token: user.token } : undefined;
}

function resolveBasic(
  options: CredentialOptions,
  owner: string,
): { username: string; password: string; fromFlags: boolean } | undefined {
  const { user, flags } = options;
  const fromFlags = Boolean(flags.username || flags.password);
  if (fromFlags && flags.token) {
    throw new UsageError("USAGE", "Cannot log in with --token and --username at once", { hint: "Pass one of them." });
  }
  const username = flags.username || user.username;
  const password = flags.password || user.password;
  if (!username && !password) return undefined;
  if (username?.includes(":")) {
    throw new ConfigError("CREDENTIAL_INVALID", `Cannot use ${owner}: a username for basic log-in holds no colon`);
  }
  return { username: username ?? "", password: password ?? "", fromFlags };
}

async function resolveCertificate(options: CredentialOptions, owner: string): Promise<ClientCertificate | undefined> {
  const { user, flags, userFile } = options;
  const field = (name: "client-certificate" | "client-key", flag: string | undefined) =>
    readPem(
      flag
        ? { owner: `--${name}`, field: name, file: flag, base: undefined }
        : { owner, field: name, file: user[name], data: user[`${name}-data`], base: userFile },
      options,
    );
  const certificate = await field("client-certificate", flags.clientCertificate);
  const key = await field("client-key", flags.clientKey);
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    const missing = key === undefined ? "client-key" : "client-certificate";
    throw new ConfigError("CREDENTIAL_INVALID", `Cannot use ${owner}: its client certificate has no ${missing}`, {
      hint: `Set ${missing} or ${missing}-data, or pass --${missing}.`,
    });
  }
  return {
    certificate: certificate.text,
    key: key.text,
    ...(certificate.file === undefined ? {} : { certificateFile: certificate.file }),
    ...(key.file === undefined ? {} : { keyFile: key.file }),
  };
}

const PLUGIN_OF_PROVIDER: Readonly<Record<string, string>> = {
  gcp: "gke-gcloud-auth-plugin",
  azure: "kubelogin",
  oidc: "kubectl oidc-login",
};

function unsupportedProvider(name: string, owner: string): ConfigError {
  const plugin = PLUGIN_OF_PROVIDER[name];
  return new ConfigError(
    "CREDENTIAL_UNSUPPORTED",
    `Cannot use ${owner}: auth-provider${name === "" ? "" : ` "${name}"`} is no longer supported, use exec`,
    {
      hint: `Replace auth-provider by an exec credential plugin${plugin === undefined ? "" : `, such as ${plugin}`}; your provider's command line can usually write the entry anew.`,
    },
  );
}
