import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { fiveHundred, type Tasks } from "./tasks.ts";

/** The part of `@kubernetes/client-node` 1.x that the tasks use; it is no dependency of this package. */
interface ClientNode {
  readonly CoreV1Api: new () => CoreV1Api;
  readonly KubeConfig: new () => {
    loadFromFile(file: string): void;
    makeApiClient(api: ClientNode["CoreV1Api"]): CoreV1Api;
  };
}

interface CoreV1Api {
  listNamespacedPod(options: { namespace: string; limit: number; _continue?: string }): Promise<{
    readonly items: readonly unknown[];
    readonly metadata?: { readonly _continue?: string };
  }>;
  readNamespacedPod(options: { namespace: string; name: string }): Promise<unknown>;
}

const namespace = "default";

/** The tasks with the official JavaScript client, resolved from the folder `peers`. */
export async function clientNodeTasks(kubeconfig: string, peers: string): Promise<Tasks> {
  const entry = createRequire(path.join(peers, "package.json")).resolve("@kubernetes/client-node");
  const { KubeConfig, CoreV1Api } = (await import(pathToFileURL(entry).href)) as ClientNode;
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  await api.readNamespacedPod({ namespace, name: "web-00000" });
  return {
    async list() {
      const items: unknown[] = [];
      let next: string | undefined;
      do {
        const page = await api.listNamespacedPod({
          namespace,
          limit: 500,
          ...(next === undefined ? {} : { _continue: next }),
        });
        items.push(...page.items);
        next = page.metadata?._continue;
      } while (next !== undefined);
      return items.length;
    },
    gets: () => fiveHundred((name) => api.readNamespacedPod({ namespace, name })),
  };
}
