import { evaluateJsonPath, type JsonPathTemplate, parseJsonPath, relaxedJsonPath } from "../../core/jsonpath.ts";

/** Finds values by the JSONPath of an `additionalPrinterColumns` entry; a path that cannot be read finds none. */
export function jsonPath(path: string): (object: unknown) => unknown[] {
  const template = readable(path);
  return (object) => (template === undefined ? [] : evaluateJsonPath(template, object).flat());
}

function readable(path: string): JsonPathTemplate | undefined {
  try {
    return parseJsonPath(relaxedJsonPath(path));
  } catch {
    return undefined; // the definition was accepted with it, so its column stays empty
  }
}
