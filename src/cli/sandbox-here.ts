import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A sandbox of this process and the kubeconfig file that leads to it. */
export interface SandboxHere {
  readonly file: string;
  /** Stops it and removes the file. */
  close(): Promise<void>;
}

export interface SandboxHereOptions {
  /** Whether it holds a small workload to explore. Default false: scripts begin with an empty cluster. */
  readonly starter?: boolean;
}

/** How long the sandboxes of the command line seem to have been running: their system pods are up. */
export const HEAD_START_MS = 120_000;

/** Address of the `kube-dns` Service among the add-ons. */
const CLUSTER_DNS = "10.96.0.10";

/** Starts a sandbox on a free port of loopback, with a kubeconfig that only this user can read. */
export async function startSandboxHere({ starter = false }: SandboxHereOptions = {}): Promise<SandboxHere> {
  const [{ startSandbox }, { defaultNodes }] = await Promise.all([
    import("../sandbox/listener/start-sandbox.ts"),
    import("../sandbox/pods/node.ts"),
  ]);
  // kubelets that know a cluster DNS do not warn of its lack at every pod
  const nodes = defaultNodes().map((node) => ({ ...node, clusterDns: [CLUSTER_DNS] }));
  const sandbox = await startSandbox({ starter, nodes, metrics: true, headStartMs: HEAD_START_MS });
  const folder = await mkdtemp(path.join(tmpdir(), "kubescript-sandbox-"));
  const file = path.join(folder, "kubeconfig");
  await writeFile(file, sandbox.kubeconfig, { mode: 0o600 });
  return {
    file,
    close: async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
