import type { ContainerRunner } from "../container-runner.ts";
import { findHostTools } from "./host-tools.ts";
import { createProcessRunner, type PodServices, type ProcessRunnerOptions } from "./process-runner.ts";

/**
 * What makes the runner of a sandbox whose pods are processes. Rejects with a UsageError that says what to install where
 * this machine cannot run them.
 */
export async function processPods(
  apiServer: ProcessRunnerOptions["apiServer"],
  searchPath: string = process.env.PATH ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
): Promise<(services: PodServices) => ContainerRunner> {
  const tools = await findHostTools(searchPath);
  return (services) => createProcessRunner({ ...services, tools, apiServer, searchPath });
}
