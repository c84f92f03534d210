import type { KubernetesObject } from "../../core/object.ts";
import { record } from "../../core/record.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { objectFor } from "../shared/object-for.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { specOf } from "../wait/conditions.ts";
import { ROLLOUT_RESOURCES } from "./progress.ts";

const RESTARTED_AT = "kubectl.kubernetes.io/restartedAt";

/** Sets the template annotation that makes the controller replace every pod. */
export async function restartRollout<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  options: WriteOptions = {},
): Promise<T> {
  await requireResourceOf(client, "restart", name, ROLLOUT_RESOURCES);
  const label = `${(await client.resource()).name} "${name}"`;
  const object = await objectFor(client, "restart", name, options);
  const { paused, template } = specOf(object);
  if (paused === true) {
    throw new UsageError("USAGE", `Cannot restart ${label}: it is paused`, {
      hint: `Resume it first: .rollout.resume("${name}")`,
    });
  }
  const restartedAt = new Date(client.timing.now()).toISOString().replace(/\.\d+Z$/, "Z");
  if (record(record(record(template).metadata).annotations)[RESTARTED_AT] === restartedAt) {
    throw new UsageError("USAGE", `Cannot restart ${label}: it was restarted within this second`, {
      hint: "Wait a second and try again.",
    });
  }
  const patch = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } };
  return client.patch(name, patch, { ...options, type: "strategic" });
}
