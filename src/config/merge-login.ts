import { isDeepStrictEqual } from "node:util";
import { record } from "../core/record.ts";
import { formatYaml } from "../core/yaml.ts";
import { ConfigError } from "../errors.ts";
import { type KubeconfigFile, parseKubeconfig } from "./kubeconfig.ts";
import { entries } from "./kubeconfig-document.ts";

/** A way into a cluster: what stands in a kubeconfig under its three names. */
export interface Login {
  /** Of the context and its user. */
  readonly name: string;
  /** Of the cluster; where another cluster has it, the context's name is taken. */
  readonly clusterName: string;
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
  readonly namespace: string;
}

/** Throws ConfigError `KUBECONFIG_INVALID` where a file has a context of the name that is another user's. */
export function requireOwnContext({ contexts, path }: KubeconfigFile, name: string): void {
  const user = contexts.get(name)?.user;
  if (!contexts.has(name) || user === name) return;
  throw new ConfigError(
    "KUBECONFIG_INVALID",
    `Cannot write context "${name}" to ${path}: it is that of user "${user}"`,
    {
      hint: 'Give the new one a name of its own: { context: "…" }.',
    },
  );
}

/**
 * A kubeconfig's text with a log-in: put into a file beside what is there, in the place of what it wrote before under the
 * same name; without a file a whole one. The current context stays where there is one.
 */
export function mergeLogin(file: KubeconfigFile | undefined, login: Login): string {
  const document = file?.document ?? { apiVersion: "v1", kind: "Config" };
  const { name, namespace, cluster, user } = login;
  const clusters = entries(document, "clusters");
  const holder = clusters.find((one) => one.name === login.clusterName);
  const taken = holder !== undefined && !isDeepStrictEqual(record(holder.cluster), cluster);
  const clusterName = taken ? name : login.clusterName;
  const put = (
    section: "clusters" | "users" | "contexts",
    entry: Record<string, unknown>,
  ): Record<string, unknown>[] => {
    const list = entries(document, section);
    const index = list.findIndex((one) => one.name === entry.name);
    return index < 0 ? [...list, entry] : list.with(index, entry);
  };
  const text = formatYaml({
    ...document,
    clusters: put("clusters", { name: clusterName, cluster }),
    users: put("users", { name, user }),
    contexts: put("contexts", { name, context: { cluster: clusterName, user: name, namespace } }),
    "current-context": file?.currentContext ?? name,
  });
  parseKubeconfig(text, file?.path ?? "kubeconfig");
  return text;
}
