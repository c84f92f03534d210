import type { KubernetesObject } from "../../core/object.ts";
import { objectPath } from "../../core/path.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { scopeOf } from "../../resources/scope.ts";
import { PORT_PROTOCOL } from "./frames.ts";
import { findTarget, PODS } from "./target.ts";

/**
 * In a plan, asks for what is going to be refused: whoever observes the run, `kubescript permissions`, learns the rights
 * that it takes. The transport of a plan opens nothing.
 */
export async function showRights(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: CallScope,
): Promise<void> {
  if (client.isDryRun || !client.storesNothing) return;
  const { signal } = options;
  // What the plan was to make is not there.
  const target = await findTarget(client, name, options).catch(() => undefined);
  const scope = scopeOf(client.scope, options.namespace);
  const namespace = target?.namespace ?? (scope.type === "namespace" ? scope.namespace : "default");
  const path = objectPath(PODS, namespace, "planned", "portforward");
  const opened = client.transport
    .open({ path, protocols: [PORT_PROTOCOL] }, { signal })
    .then((socket) => socket.close());
  const watched = target === undefined ? [] : [first(target.pods.watch({ ...target.selection, signal }))];
  if (target?.object !== undefined) {
    const fields = { "metadata.name": target.object.metadata?.name ?? "" };
    watched.push(first(target.objects.watch({ fields, signal })));
  }
  await Promise.allSettled([opened, ...watched]);
}

async function first(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _event of events) break;
}
