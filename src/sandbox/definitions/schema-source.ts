import type { Schema, SchemaSource } from "../model/schema.ts";

const PREFIX = "#/components/schemas/";

/** The component that `$ref` names, or undefined when the reference leads elsewhere. */
export function componentName(reference: string): string | undefined {
  return reference.startsWith(PREFIX) ? reference.slice(PREFIX.length) : undefined;
}

/** The reference to a component. */
export function componentReference(name: string): string {
  return `${PREFIX}${name}`;
}

/** Resolves references among `components`, each only once. */
export function schemaSource(components: Readonly<Record<string, Schema>>): SchemaSource {
  const resolved = new WeakMap<Schema, Schema>();

  function target(schema: Schema): Schema | undefined {
    if (schema.$ref !== undefined) {
      const name = componentName(schema.$ref);
      return name === undefined ? undefined : components[name];
    }
    return schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
  }

  function resolve(schema: Schema): Schema {
    const next = target(schema);
    if (next === undefined) return schema;
    const known = resolved.get(schema);
    if (known !== undefined) return known;
    const { $ref: _reference, allOf: _parts, ...siblings } = schema;
    const base = resolve(next);
    const result = Object.keys(siblings).length === 0 ? base : { ...base, ...siblings };
    resolved.set(schema, result);
    return result;
  }

  return { resolve, named: (name) => components[name] };
}
