import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Node } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";

/** Makes a node take new pods or not; one that is so already is not written. */
export async function setSchedulable(
  nodes: ResourceClient<Node>,
  name: string,
  schedulable: boolean,
  options: WriteOptions = {},
): Promise<Node> {
  const node = await objectFor(nodes, schedulable ? "uncordon" : "cordon", name, options);
  if ((node.spec?.unschedulable !== true) === schedulable) return node;
  return nodes.patch(name, { spec: { unschedulable: schedulable ? null : true } }, options);
}
