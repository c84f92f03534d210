/** One task of one client, measured: CLIENT TASK KUBECONFIG [PEERS] */
import { report } from "./report.ts";
import type { Tasks } from "./tasks.ts";

const [, , client = "", task = "", kubeconfig = "", peers = ""] = process.argv;
const tasks = await open(client);
const work = tasks[task as keyof Tasks];
if (work === undefined) throw new Error(`${client} has no task ${task}`);
await report(work);
process.exit(0);

async function open(name: string): Promise<Tasks> {
  if (name === "kubescript") return (await import("./tasks-of-kubescript.ts")).kubescriptTasks(kubeconfig);
  if (name === "bare") return (await import("./tasks-of-bare.ts")).bareTasks(kubeconfig);
  return (await import("./tasks-of-client-node.ts")).clientNodeTasks(kubeconfig, peers);
}
