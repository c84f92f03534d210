import type { KubeconfigCluster, KubeconfigContext, KubeconfigUser } from "./kubeconfig.ts";

/** Where a pod finds its ServiceAccount. */
const SERVICE_ACCOUNT_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What is needed to look for the in-cluster configuration. */
export interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  /** Default {@link SERVICE_ACCOUNT_DIRECTORY}. */
  readonly serviceAccountDirectory?: string | undefined;
}

/** The in-cluster configuration in a kubeconfig's terms, so that flags override both alike. */
export interface InClusterConfig {
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  readonly context: KubeconfigContext;
}

/**
 * The configuration of the pod that this process runs in; undefined outside of one: without
 * KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, or without a readable token file.
 */
export async function loadInCluster(options: InClusterOptions): Promise<InClusterConfig | undefined> {
  const host = options.env.KUBERNETES_SERVICE_HOST;
  const port = options.env.KUBERNETES_SERVICE_PORT;
  if (!host || !port) return undefined;
  const directory = options.serviceAccountDirectory ?? SERVICE_ACCOUNT_DIRECTORY;
  const tokenFile = `${directory}/token`;
  if ((await readOptional(tokenFile, options.readFile)) === undefined) return undefined;
  const caFile = `${directory}/ca.crt`;
  const ca = await readOptional(caFile, options.readFile);
  const namespace =
    options.env.POD_NAMESPACE || (await readOptional(`${directory}/namespace`, options.readFile))?.trim() || "default";
  return {
    cluster: {
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      ...(ca === undefined ? {} : { "certificate-authority": caFile }),
    },
    user: { tokenFile },
    context: { namespace },
  };
}

async function readOptional(file: string, readFile: (path: string) => Promise<string>): Promise<string | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
