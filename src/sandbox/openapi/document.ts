import { BUILT_IN_COMPONENTS } from "../definitions/built-in.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { componentNames, customComponents } from "./components.ts";
import { resourcePaths } from "./operations.ts";
import { reachableComponents } from "./reachable.ts";

const TITLE = "Kubernetes";
const VERSION = "1.36";

/** The OpenAPI v3 document of one group and version, given what it serves. */
export function openApiDocument(definitions: readonly ResourceDefinition[]): JsonObject {
  const custom = customComponents(definitions);
  const components: Readonly<Record<string, Schema>> = { ...BUILT_IN_COMPONENTS, ...custom };
  const names = componentNames(components);
  const paths = Object.assign({}, ...definitions.map((definition) => resourcePaths(definition, names))) as JsonObject;
  return {
    openapi: "3.0.0",
    info: { title: TITLE, version: VERSION },
    paths,
    components: { schemas: reachableComponents({ paths, kinds: Object.keys(custom).map(reference) }, components) },
  };
}

function reference(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}
