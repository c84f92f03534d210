import { MAX_JSON_DEPTH } from "./json-syntax.ts";

/**
 * What is wrong with the size of a value that YAML was read into; undefined when nothing is. A text has no more nodes
 * than characters, unless aliases repeat them: without a limit a few lines become gigabytes as JSON.
 */
export function yamlExcess(value: unknown, textLength: number): string | undefined {
  let nodes = 0;
  const open: [value: unknown, depth: number][] = [[value, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [one, depth] = next;
    nodes += 1;
    if (depth > MAX_JSON_DEPTH) return "yaml: exceeded max depth";
    if (nodes > textLength) return "yaml: document contains excessive aliasing";
    if (typeof one !== "object" || one === null) continue;
    for (const below of Object.values(one)) open.push([below, depth + 1]);
  }
  return undefined;
}
