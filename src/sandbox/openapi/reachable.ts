import { componentName } from "../definitions/schema-source.ts";
import type { Schema } from "../model/schema.ts";

/** The components that `roots` refer to, and those that they refer to in turn; by name, in order. */
export function reachableComponents(
  roots: unknown,
  components: Readonly<Record<string, Schema>>,
): Record<string, Schema> {
  const reached = new Map<string, Schema>();
  const waiting: unknown[] = [roots];
  while (waiting.length > 0) {
    for (const name of references(waiting.pop())) {
      const schema = components[name];
      if (schema === undefined || reached.has(name)) continue;
      reached.set(name, schema);
      waiting.push(schema);
    }
  }
  return Object.fromEntries([...reached].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function* references(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    const name = key === "$ref" && typeof child === "string" ? componentName(child) : undefined;
    if (name === undefined) yield* references(child);
    else yield name;
  }
}
