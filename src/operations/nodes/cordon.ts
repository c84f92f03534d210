import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Node } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";
import { eachNode, type NodeChoice } from "./chosen-nodes.ts";

/** Keeps new pods off the nodes: of one by its name it gives that, else all of them. */
export async function cordon(
  nodes: ResourceClient<Node>,
  choice: NodeChoice,
  options: WriteOptions,
): Promise<Node | Node[]> {
  if (typeof choice === "string") return setSchedulable(nodes, choice, false, options);
  return eachNode(nodes, { action: "cordon", done: "cordoned" }, choice, options.signal, (name) =>
    setSchedulable(nodes, name, false, options),
  );
}

/** Lets the nodes take new pods again, as {@link cordon} gives them. */
export async function uncordon(
  nodes: ResourceClient<Node>,
  choice: NodeChoice,
  options: WriteOptions,
): Promise<Node | Node[]> {
  if (typeof choice === "string") return setSchedulable(nodes, choice, true, options);
  return eachNode(nodes, { action: "uncordon", done: "uncordoned" }, choice, options.signal, (name) =>
    setSchedulable(nodes, name, true, options),
  );
}

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
