import { jsonAnswer } from "./answers.ts";
import type { NonResourcePath } from "./non-resource.ts";

/** JSON documents that never change, by path. */
export function documentPaths(
  documents: ReadonlyMap<string, { readonly contentType: string; readonly body: unknown }>,
): NonResourcePath[] {
  return [...documents].map(([path, { contentType, body }]) => ({
    matches: (asked) => asked === path,
    answer() {
      const response = jsonAnswer(200, body);
      response.headers.set("content-type", contentType);
      return response;
    },
  }));
}
