import { openCluster } from "../../../src/index.ts";
import { fiveHundred, type Tasks } from "./tasks.ts";

/** The tasks with this package. */
export async function kubescriptTasks(kubeconfig: string): Promise<Tasks> {
  const k8s = await openCluster({ flags: { kubeconfig } });
  await k8s.version();
  return {
    list: async () => (await k8s.pods.list()).length,
    gets: () => fiveHundred((name) => k8s.pods.get(name)),
    async watch() {
      let seen = 0;
      for await (const { type } of k8s.configmaps.watch()) {
        if (type === "SYNCED") break;
        seen += 1;
      }
      return seen;
    },
  };
}
