import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { Connection } from "../config/connection.ts";
import type { ConnectionFlags } from "../config/connection-flags.ts";
import { createCredentialSource, processSurroundings } from "../config/create-credential-source.ts";
import { parseKubeconfig } from "../config/kubeconfig.ts";
import { type Kubeconfig, loadKubeconfig, mergeKubeconfigs } from "../config/load-kubeconfig.ts";
import { connectionFrom } from "../config/resolve-connection.ts";
import { ConfigError } from "../errors.ts";
import type { ShowProgress } from "../resources/progress.ts";
import type { LendTerminal } from "../resources/terminal.ts";
import { type ConnectOptions, connect } from "../transport/connect.ts";
import { type Cluster, ClusterHandle } from "./cluster.ts";
import { clusterOf } from "./cluster-of.ts";
import { type Contexts, Session } from "./session.ts";

/** Which cluster, and how its transport is made. Everything has the process' own as default. */
export interface OpenClusterOptions extends Omit<ConnectOptions, "credentials"> {
  readonly flags?: ConnectionFlags | undefined;
  /** A kubeconfig's YAML, in the place of files: a sandbox's, or one from a Secret. `flags.kubeconfig` is then unused. */
  readonly kubeconfig?: string | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Lists are asked for with the server's own columns. Default false. */
  readonly printed?: boolean | undefined;
  /** Credential plugins cannot ask on standard input, because a prompt reads it. Default false. */
  readonly ownsStdin?: boolean | undefined;
  /** Where long work shows how far it is. Default nowhere. */
  readonly showProgress?: ShowProgress | undefined;
  /** Lends the user's terminal to a remote process: a shell in a pod. Default: there is none. */
  readonly lendTerminal?: LendTerminal | undefined;
}

/**
 * Finds the cluster as kubectl does (flags, KUBECONFIG, `~/.kube/config`, the pod's own) and gives the handle on it.
 * Nothing is sent before the first call. Throws ConfigError.
 */
export async function openCluster(options: OpenClusterOptions = {}): Promise<Cluster> {
  const {
    flags = {},
    kubeconfig: text,
    env = process.env,
    printed = false,
    ownsStdin = false,
    showProgress,
    lendTerminal,
    observe,
    ...connecting
  } = options;
  const kubeconfig =
    text === undefined
      ? await loadKubeconfig({
          kubeconfig: flags.kubeconfig,
          env,
          homeDirectory: homedir(),
          currentDirectory: process.cwd(),
          readFile: (file) => readFile(file, "utf8"),
        })
      : mergeKubeconfigs([parseKubeconfig(text, path.resolve("kubeconfig"))]);
  const resolve = async (chosen: ConnectionFlags): Promise<Connection> => {
    const connection = await connectionFrom(kubeconfig, { flags: chosen, env });
    return text === undefined ? connection : { ...connection, files: [] };
  };
  const connection = await resolve(flags);
  // Who asked to be somebody else is nobody more in another context.
  const { as, asUid, asGroups, asUserExtra } = flags;
  const everywhere = { kubeconfig: flags.kubeconfig, as, asUid, asGroups, asUserExtra };
  const session = new Session({
    context: connection.context,
    namespace: connection.namespace,
    server: connection.server,
    target: { cluster: connection.cluster, user: connection.user },
    files: connection.files,
    connection: async () => connection,
    connect: (one, impersonate) =>
      connect(one, {
        ...connecting,
        observe: observe && ((request) => observe({ ...request, impersonate })),
        credentials: createCredentialSource(one, ownsStdin ? { exec: processSurroundings(true) } : {}),
      }),
    contexts: contextsOf(kubeconfig, (context) => resolve({ ...everywhere, context })),
    printed,
    planned: connecting.plan !== undefined,
    showProgress,
    lendTerminal,
  });
  return clusterOf(new ClusterHandle(session));
}

function contextsOf(kubeconfig: Kubeconfig, resolve: Contexts["resolve"]): Contexts {
  const names = [...kubeconfig.contexts.keys()];
  return {
    names,
    describe(name) {
      const context = kubeconfig.contexts.get(name)?.value;
      if (context === undefined) {
        throw new ConfigError(
          "CONTEXT_NOT_FOUND",
          `Cannot use context "${name}": the kubeconfig has none of that name`,
          {
            hint: names.length === 0 ? "The kubeconfig has no contexts." : `It has ${names.join(", ")}.`,
          },
        );
      }
      const cluster = kubeconfig.clusters.get(context.cluster ?? "")?.value;
      return {
        namespace: context.namespace || "default",
        server: cluster?.server?.replace(/\/+$/, "") ?? "",
        target: { cluster: context.cluster ?? "", user: context.user ?? "" },
      };
    },
    resolve,
  };
}
