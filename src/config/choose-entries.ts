import { ConfigError } from "../errors.ts";
import type { ConnectionFlags } from "./connection-flags.ts";
import type { KubeconfigCluster, KubeconfigContext, KubeconfigUser } from "./kubeconfig.ts";
import type { Entry, Kubeconfig } from "./load-kubeconfig.ts";

/** The entries that a connection is made of. */
export interface Chosen {
  readonly contextName: string;
  readonly clusterName: string;
  readonly userName: string;
  readonly context: KubeconfigContext;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  /** The file of the cluster's entry: its relative paths resolve against it. */
  readonly clusterFile: string | undefined;
  readonly userFile: string | undefined;
}

/**
 * Picks context, cluster and user by flags and current-context.
 * Throws ConfigError `CONTEXT_NOT_FOUND`, `NO_CLUSTER`, `KUBECONFIG_INVALID` for a context that names nothing.
 */
export function chooseEntries(kubeconfig: Kubeconfig, flags: ConnectionFlags): Chosen {
  const contextName = flags.context || kubeconfig.currentContext || "";
  const context = contextName === "" ? undefined : findContext(kubeconfig, contextName, flags);
  const clusterName = flags.cluster || context?.cluster || "";
  const userName = flags.user || context?.user || "";
  const of = context === undefined ? "" : ` of context "${contextName}"`;
  const cluster = find(kubeconfig.clusters, clusterName, flags.cluster ? "--cluster" : `the cluster${of}`);
  const user = find(kubeconfig.users, userName, flags.user ? "--user" : `the user${of}`);
  if (cluster === undefined && !flags.server) throw noCluster(kubeconfig, contextName);
  return {
    contextName: contextName || clusterName || "flags",
    clusterName,
    userName,
    context: context ?? {},
    cluster: cluster?.value ?? {},
    user: user?.value ?? {},
    clusterFile: cluster?.file,
    userFile: user?.file,
  };
}

function findContext(kubeconfig: Kubeconfig, name: string, flags: ConnectionFlags): KubeconfigContext | undefined {
  const found = kubeconfig.contexts.get(name);
  if (found) return found.value;
  // A dangling current-context harms nobody who says by flags where to go.
  if (!flags.context && (flags.cluster || flags.server)) return undefined;
  const origin = flags.context ? "" : " (current-context)";
  throw new ConfigError("CONTEXT_NOT_FOUND", `Cannot use context "${name}"${origin}: it is in no kubeconfig`, {
    hint: known("contexts", kubeconfig.contexts),
  });
}

function find<T>(entries: ReadonlyMap<string, Entry<T>>, name: string, what: string): Entry<T> | undefined {
  if (name === "") return undefined;
  const found = entries.get(name);
  if (found) return found;
  throw new ConfigError("KUBECONFIG_INVALID", `Cannot use ${what}: "${name}" is in no kubeconfig`, {
    hint: known(what.includes("user") ? "users" : "clusters", entries),
  });
}

function noCluster(kubeconfig: Kubeconfig, contextName: string): ConfigError {
  if (contextName !== "") {
    return new ConfigError("NO_CLUSTER", `Cannot connect: context "${contextName}" names no cluster`, {
      hint: "Set the context's cluster, or pass --cluster or --server.",
    });
  }
  if (kubeconfig.contexts.size > 0) {
    return new ConfigError("CONTEXT_NOT_FOUND", "Cannot connect: the kubeconfig has no current-context", {
      hint: `Pass --context, or choose one for good with "config use-context"; ${known("contexts", kubeconfig.contexts)}`,
    });
  }
  return new ConfigError("NO_CLUSTER", "Cannot connect: no cluster is configured", {
    hint: "Pass --kubeconfig or --server, set KUBECONFIG, write ~/.kube/config, or try the sandbox with --sandbox.",
  });
}

function known(what: string, entries: ReadonlyMap<string, unknown>): string {
  const names = [...entries.keys()].sort();
  if (names.length === 0) return `There are no ${what}.`;
  const shown = names.slice(0, 10).join(", ");
  return `Known ${what}: ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ""}.`;
}
