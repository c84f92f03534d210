import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import { fromStorage } from "../storage/write-context.ts";

/**
 * JSON texts of stored objects. A stored object never changes, so each is converted and serialised once however
 * many lists and watches show it; the texts go when the object goes.
 */
export interface ObjectTexts {
  /** The object in `definition`'s version. */
  read(definition: ResourceDefinition, stored: ApiObject): ApiObject;
  /** Its JSON. */
  text(definition: ResourceDefinition, stored: ApiObject): string;
  /** Its JSON as a list's item: built-in kinds leave out `kind` and `apiVersion` there. */
  itemText(definition: ResourceDefinition, stored: ApiObject): string;
}

export function objectTexts(): ObjectTexts {
  const texts = new WeakMap<ApiObject, string>();
  const conversions = new WeakMap<ResourceDefinition, WeakMap<ApiObject, ApiObject>>();

  function read(definition: ResourceDefinition, stored: ApiObject): ApiObject {
    if (definition.fromStorage === undefined) return stored;
    const converted = conversions.get(definition) ?? new WeakMap<ApiObject, ApiObject>();
    conversions.set(definition, converted);
    const known = converted.get(stored);
    if (known !== undefined) return known;
    const object = fromStorage(definition, stored);
    converted.set(stored, object);
    return object;
  }

  function text(definition: ResourceDefinition, stored: ApiObject): string {
    const object = read(definition, stored);
    const known = texts.get(object);
    if (known !== undefined) return known;
    const json = JSON.stringify(object);
    texts.set(object, json);
    return json;
  }

  return {
    read,
    text,
    itemText(definition, stored) {
      const json = text(definition, stored);
      if (definition.custom !== undefined) return json;
      const { kind, apiVersion } = read(definition, stored);
      const head = JSON.stringify({ kind, apiVersion }).slice(0, -1);
      // the usual order of fields makes the item the rest of the text
      if (json.startsWith(`${head},`)) return `{${json.slice(head.length + 1)}`;
      const { kind: _kind, apiVersion: _version, ...rest } = read(definition, stored);
      return JSON.stringify(rest);
    },
  };
}
