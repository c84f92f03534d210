import type { KubernetesObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { objectFor } from "../shared/object-for.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { specOf } from "../wait/conditions.ts";

/** Pauses or resumes a Deployment; one that is so already is not written. */
export async function setPaused<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  paused: boolean,
  options: WriteOptions = {},
): Promise<T> {
  const action = paused ? "pause" : "resume";
  await requireResourceOf(client, action, name, ["deployments.apps"]);
  const object = await objectFor(client, action, name, options);
  if ((specOf(object).paused === true) === paused) return object;
  return client.patch(name, { spec: { paused: paused ? true : null } }, options);
}
