import type { SelectorOptions } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { fieldSelectorText, labelSelectorText } from "../../core/selector.ts";
import { isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";
import type { Node } from "../../types/core-v1.ts";
import { listed, retold } from "../shared/retold.ts";

/** One node by its name, several by theirs, or those that selectors choose. */
export type NodeChoice = string | readonly string[] | SelectorOptions;

const HINT = 'Give a name, several names, { labels: "pool=old" } or { fields: … }.';

/** The names of the nodes that are meant; none where selectors choose none. Throws UsageError where nothing says which. */
export async function chosenNames(
  nodes: ResourceClient<Node>,
  action: string,
  choice: NodeChoice,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  if (typeof choice === "string") return [choice];
  if (Array.isArray(choice)) {
    if (choice.length > 0) return [...new Set(choice as readonly string[])];
    throw new UsageError("INVALID_INPUT", `Cannot ${action}: no node is named`);
  }
  const { labels, fields } = requireSelectors(await nodes.resource(), action, choice);
  return (await nodes.list({ labels, fields, signal })).map(({ metadata }) => metadata?.name ?? "");
}

/** Options in the place of selectors, or selectors that choose everything, would mean every node of the cluster. */
function requireSelectors(resource: ApiResource, action: string, choice: unknown): SelectorOptions {
  if (typeof choice !== "object" || choice === null) {
    throw new UsageError("INVALID_INPUT", `Cannot ${action}: nothing says which nodes`, { hint: HINT });
  }
  refuseMisspelledSelectors(resource, choice);
  const unknown = Object.keys(choice).find((key) => key !== "labels" && key !== "fields");
  if (unknown !== undefined) {
    const message = `Cannot ${action}: "${unknown}" does not select nodes`;
    throw new UsageError("INVALID_INPUT", message, { hint: `${HINT} Options come after that.` });
  }
  const { labels, fields }: SelectorOptions = choice;
  if (labelSelectorText(labels) === undefined && fieldSelectorText(fields) === undefined) {
    throw new UsageError("INVALID_INPUT", `Cannot ${action}: that would choose every node`, { hint: HINT });
  }
  return { labels, fields };
}

/**
 * Does the same to one node after the other. A failure in the middle says which are done.
 * @param done what has become of a node then: `cordoned`
 */
export async function eachNode(
  nodes: ResourceClient<Node>,
  verb: { readonly action: string; readonly done: string },
  choice: Exclude<NodeChoice, string>,
  signal: AbortSignal | undefined,
  work: (name: string) => Promise<Node>,
): Promise<Node[]> {
  const names = await chosenNames(nodes, verb.action, choice, signal);
  const results: Node[] = [];
  for (const name of names) {
    try {
      results.push(await work(name));
    } catch (error) {
      const finished = names.slice(0, results.length);
      if (finished.length === 0 || !isKubescriptError(error)) throw error;
      const rest = listed(names.slice(results.length));
      throw retold(error, `${error.message}; ${verb.done}: ${listed(finished)}; not ${verb.done}: ${rest}`, error.hint);
    }
  }
  return results;
}
