import { readFile } from "node:fs/promises";
import { parse } from "acorn";
import type { ApiResource } from "../core/resource.ts";
import type { Access } from "./access-rules.ts";
import { type SourceAccess, sourceAccesses } from "./source-access.ts";

/** Finds a resource by any name that kubectl takes; undefined for one that is not there. */
export type ResolveResource = (name: string) => Promise<ApiResource | undefined>;

/** What the source at `file` shows of the script's accesses, for the helpers that name resources of this cluster. */
export async function sourceRights(file: string, namespace: string, resolve: ResolveResource): Promise<Access[]> {
  const { transform } = await import("esbuild");
  const source = await readFile(file, "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm", target: "es2022", sourcefile: file });
  const found = sourceAccesses(parse(code, { ecmaVersion: "latest", sourceType: "module" }));
  const accesses = await Promise.all(found.map((access) => rightsOf(access, namespace, resolve)));
  return accesses.flat();
}

/** A computed namespace may be any, so it counts as all of them. */
async function rightsOf(access: SourceAccess, namespace: string, resolve: ResolveResource): Promise<Access[]> {
  const resource = await resolve(access.resource);
  if (resource === undefined) return [];
  const everywhere = access.namespace === "*" || access.namespace === "?" || !resource.namespaced;
  return access.verbs.map((verb) => ({
    verb,
    group: resource.group,
    resource: access.subresource === undefined ? resource.name : `${resource.name}/${access.subresource}`,
    namespace: everywhere ? undefined : (access.namespace ?? namespace),
  }));
}
