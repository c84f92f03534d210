import { readFileSync } from "node:fs";
import module from "node:module";
import { pathToFileURL } from "node:url";
import { UsageError } from "../errors.ts";
import * as hooks from "./load-hooks.ts";
import { ownModules, packageRoot } from "./package-root.ts";

let registered = false;

/** Puts the hooks of load-hooks.ts in place, once a process: in this thread where Node can, else in its loader's. */
function register(): void {
  if (registered) return;
  registered = true;
  const data: hooks.HookData = { own: ownModules(packageRoot()), base: import.meta.url };
  const { registerHooks, register: registerThread } = module as typeof module & {
    registerHooks?: (hooks: object) => void;
  };
  if (registerHooks !== undefined) {
    hooks.initialize(data);
    registerHooks({ resolve: hooks.resolveSync, load: hooks.load });
  } else if (typeof registerThread === "function") {
    registerThread(hooksModule(), { data });
  }
  // Stack traces of scripts name the lines that were written, not those that esbuild made of them.
  process.setSourceMapsEnabled?.(true);
}

/** The hooks as a module of their own: the built file, or, when run from the sources, the source without its types. */
function hooksModule(): string {
  const root = packageRoot();
  if (!root.fromSource) return new URL("dist/runtime/load-hooks.js", root.url).href;
  const esbuild = module.createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  const source = readFileSync(new URL("load-hooks.ts", import.meta.url), "utf8");
  const { code } = esbuild.transformSync(source, { loader: "ts", format: "esm", target: "node20" });
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Where a name is looked up from, and what is imported. */
export interface ImportOptions {
  /** A file, or a folder with a trailing slash. */
  readonly from: string;
  readonly with?: Record<string, string> | undefined;
}

/**
 * Imports a module as a script in that place would: TypeScript and JavaScript, this package by its name as the copy
 * that runs. A syntax error is a UsageError with file, line and place.
 */
export async function importModule(specifier: string, options: ImportOptions): Promise<Record<string, unknown>> {
  if (specifier.startsWith("node:") || module.isBuiltin(specifier)) {
    return (await import(specifier)) as Record<string, unknown>;
  }
  const parent = pathToFileURL(options.from).href;
  let target: string;
  if ("Deno" in globalThis) target = /^\.{0,2}\//.test(specifier) ? new URL(specifier, parent).href : specifier;
  else {
    register();
    target = hooks.importFrom + encodeURIComponent(JSON.stringify([parent, specifier]));
  }
  try {
    const attributes = options.with;
    const module: unknown =
      attributes === undefined ? await import(target) : await import(target, { with: attributes });
    return module as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === hooks.syntaxCode) {
      throw new UsageError("SYNTAX", error.message);
    }
    throw error;
  }
}
