import type { Cluster } from "../../src/runtime/cluster.ts";
import { type OpenClusterOptions, openCluster } from "../../src/runtime/open-cluster.ts";
import { SANDBOX_CONTEXT, sandboxKubeconfig } from "../../src/sandbox/listener/kubeconfig.ts";
import type { Pod } from "../../src/sandbox/pods/pod.ts";
import { type Onlooker, runningPod, type Streams, startStreams } from "../sandbox/streams/harness.ts";

/** A sandbox behind a real socket, and `k8s` on it. */
export interface StreamCluster extends Streams {
  readonly k8s: Cluster;
  /** The same cluster's kubeconfig, for other programs. */
  readonly kubeconfig: string;
  /** A pod with one container, `main`, that runs by now; `exec` runs plain children of the test, without isolation. */
  pod(name?: string): Promise<Pod>;
}

export async function startStreamCluster(
  options: Omit<OpenClusterOptions, "kubeconfig"> = {},
  onlooker?: Onlooker,
  sandbox?: Parameters<typeof startStreams>[1],
): Promise<StreamCluster> {
  const streams = await startStreams(onlooker, sandbox);
  const { ca, cert, key } = streams.credentials;
  const kubeconfig = sandboxKubeconfig({
    server: `https://127.0.0.1:${streams.listener.port}`,
    certificateAuthority: ca,
    users: [{ name: SANDBOX_CONTEXT, certificate: { certificate: cert, key } }],
  });
  const k8s = await openCluster({ ...options, kubeconfig });
  return {
    ...streams,
    k8s,
    kubeconfig,
    pod: (name) => runningPod(streams, name),
    close: async () => {
      await k8s.close();
      await streams.close();
    },
  };
}
