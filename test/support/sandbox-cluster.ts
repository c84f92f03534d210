import type { Connection } from "../../src/config/connection.ts";
import type { ShowProgress } from "../../src/resources/progress.ts";
import { type Cluster, ClusterHandle } from "../../src/runtime/cluster.ts";
import { clusterOf } from "../../src/runtime/cluster-of.ts";
import { Session } from "../../src/runtime/session.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { type PlannedWrite, plan } from "../../src/transport/plan.ts";
import { sandboxResources } from "./sandbox-resources.ts";

/** A sandbox in process, and `k8s` on it as its administrator. */
export interface SandboxCluster {
  readonly k8s: Cluster;
  readonly sandbox: Sandbox;
  /** `METHOD path?query` of every request so far. */
  /** What a plan of the session lists, where it is `planned`. */
  readonly planned: readonly PlannedWrite[];
  readonly requests: string[];
  close(): Promise<void>;
}

/** Starts one; `fail` may answer a request instead of the sandbox. */
export function sandboxCluster(
  options: SandboxOptions & {
    readonly fail?: (request: Request) => Response | undefined;
    readonly planned?: boolean;
    readonly showProgress?: ShowProgress;
  } = {},
): SandboxCluster {
  const requests: string[] = [];
  const planned: PlannedWrite[] = [];
  const { sandbox, transport, close } = sandboxResources({
    nodes: [],
    addons: false,
    ...options,
    fail: (request) => {
      const url = new URL(request.url);
      requests.push(`${request.method} ${url.pathname}${url.search}`);
      return options.fail?.(request);
    },
  });
  const session = new Session({
    context: "sandbox",
    namespace: "default",
    server: "https://sandbox.invalid",
    target: { cluster: "sandbox", user: "admin" },
    files: [],
    // Nothing of it is looked at: the transport is there.
    connection: async () => ({}) as Connection,
    connect: () => (options.planned === true ? plan(transport, (write) => planned.push(write)) : transport),
    contexts: {
      names: ["sandbox"],
      resolve: () => Promise.reject(new Error("there is no other context")),
      describe: () => ({ namespace: "default", server: "", target: { cluster: "sandbox", user: "admin" } }),
    },
    planned: options.planned ?? false,
    showProgress: options.showProgress,
  });
  return { k8s: clusterOf(new ClusterHandle(session)), sandbox, requests, planned, close };
}
