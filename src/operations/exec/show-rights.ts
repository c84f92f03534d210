import type { KubernetesObject } from "../../core/object.ts";
import { objectPath } from "../../core/path.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { scopeOf } from "../../resources/scope.ts";
import type { Pod } from "../../types/core-v1.ts";
import { findPod } from "../pods/find-pod.ts";
import { sibling } from "../shared/siblings.ts";
import { PROCESS_PROTOCOLS } from "./channels.ts";

/**
 * In a plan, asks for what is going to be refused: whoever observes the run, `kubescript permissions`, learns the rights
 * that it takes. The transport of a plan opens nothing.
 */
export async function showRights(
  client: ResourceClient<KubernetesObject>,
  name: string,
  subresource: "exec" | "attach",
  options: CallScope,
): Promise<void> {
  if (client.isDryRun || !client.storesNothing) return;
  const { signal } = options;
  // A pod that the plan was to make is not there.
  const pod = await findPod(client, name, subresource, options).catch(() => undefined);
  const scope = scopeOf(client.scope, options.namespace);
  const namespace = pod?.metadata?.namespace ?? (scope.type === "namespace" ? scope.namespace : "default");
  const resource = await sibling<Pod>(client, "pods", namespace).resource();
  const path = objectPath(resource, namespace, pod?.metadata?.name ?? "planned", subresource);
  await client.transport.open({ path, protocols: PROCESS_PROTOCOLS }, { signal }).then(
    (socket) => socket.close(),
    () => undefined,
  );
}
