/**
 * Module hooks for scripts: TypeScript is loaded, the package's own name means the copy that runs, and a script
 * needs no package.json to be a module. Runs in Node's loader thread where there is one, so it imports builtins only.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** What the hooks must know of the process that they serve. */
export interface HookData {
  /** Import names of this package with the URLs of the running copy's modules. */
  readonly own: Readonly<Record<string, string>>;
  /** URL of a module of this package: esbuild is looked up from there. */
  readonly base: string;
}

interface ResolveContext {
  readonly parentURL?: string | undefined;
}

interface Resolved {
  readonly url: string;
  readonly format?: string | null | undefined;
  readonly shortCircuit?: boolean;
}

interface Loaded {
  readonly format: string;
  readonly source?: unknown;
  readonly shortCircuit?: boolean;
}

/** Prefix of an import that is to be resolved as if another module had made it: `PREFIX` + JSON of [parent, specifier]. */
export const importFrom = "kubescript-from:";

/** Marks an error whose message already names file, line and place. */
export const syntaxCode = "KUBESCRIPT_SYNTAX";

let settings: HookData = { own: {}, base: "" };

/** Called once before the other hooks. */
export function initialize(data: HookData): void {
  settings = data;
}

/** Hook of `module.register`. */
export async function resolve(
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Promise<Resolved>,
): Promise<Resolved> {
  const plan = planOf(specifier, context);
  if (typeof plan === "string") return { url: plan, format: "module", shortCircuit: true };
  let failure: unknown;
  for (const candidate of plan.candidates) {
    try {
      return asModule(await next(candidate, plan.context));
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Hook of `module.registerHooks`: the same without waiting. */
export function resolveSync(
  specifier: string,
  context: ResolveContext,
  next: (specifier: string, context: ResolveContext) => Resolved,
): Resolved {
  const plan = planOf(specifier, context);
  if (typeof plan === "string") return { url: plan, format: "module", shortCircuit: true };
  let failure: unknown;
  for (const candidate of plan.candidates) {
    try {
      return asModule(next(candidate, plan.context));
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Hook of both. Files of the user's own go through esbuild; anything else is left to Node. */
export function load<T>(
  url: string,
  context: { format?: string | null | undefined },
  next: (url: string, context: object) => T,
): T | Loaded {
  if (context.format !== "module" || !isScript(url)) return next(url, context);
  const path = fileURLToPath(url);
  return { format: "module", source: transform(readFileSync(path, "utf8"), path), shortCircuit: true };
}

interface Plan {
  readonly candidates: readonly string[];
  readonly context: ResolveContext;
}

function planOf(specifier: string, context: ResolveContext): string | Plan {
  if (specifier.startsWith(importFrom)) {
    const [parentURL, inner] = JSON.parse(decodeURIComponent(specifier.slice(importFrom.length))) as [string, string];
    return planOf(inner, { ...context, parentURL });
  }
  const own = settings.own[specifier];
  if (own !== undefined) return own;
  return { candidates: [specifier, ...alternatives(specifier)], context };
}

/** TypeScript's habit of naming the file that will be compiled, or none. */
function alternatives(specifier: string): string[] {
  if (!/^(?:\.{0,2}\/|file:)/.test(specifier)) return [];
  if (/\.m?js$/.test(specifier)) return [specifier.replace(/js$/, "ts")];
  return /\.[cm]?[jt]s$/.test(specifier) ? [] : [`${specifier}.ts`, `${specifier}.js`, `${specifier}/index.ts`];
}

function isScript(url: string): boolean {
  return (
    url.startsWith("file:") &&
    /\.m?[jt]s$/.test(new URL(url).pathname) &&
    !url.includes("/node_modules/") &&
    !isOwn(url)
  );
}

function isOwn(url: string): boolean {
  return Object.values(settings.own).includes(url) || url.startsWith(new URL("./", settings.base).href);
}

/** A file is a module unless its package says otherwise or it is plainly CommonJS. */
function asModule(resolved: Resolved): Resolved {
  if (resolved.format === "module" || !isScript(resolved.url)) return resolved;
  const path = fileURLToPath(resolved.url);
  if (path.endsWith(".ts") || path.endsWith(".mts")) return { ...resolved, format: "module" };
  if (
    packageType(resolved.url) !== undefined ||
    /\brequire\s*\(|\bmodule\.exports\b/.test(readFileSync(path, "utf8"))
  ) {
    return resolved;
  }
  return { ...resolved, format: "module" };
}

function packageType(url: string): string | undefined {
  for (let folder = new URL("./", url); ; folder = new URL("../", folder)) {
    const file = fileURLToPath(new URL("package.json", folder));
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { type?: string }).type;
    if (folder.pathname === "/") return undefined;
  }
}

interface TransformFailure {
  readonly errors?: readonly {
    readonly text: string;
    readonly location: { readonly line: number; readonly column: number; readonly lineText: string } | null;
  }[];
}

function transform(source: string, path: string): string {
  const esbuild = createRequire(settings.base)("esbuild") as typeof import("esbuild");
  try {
    return esbuild.transformSync(source, {
      loader: path.endsWith("ts") ? "ts" : "js",
      format: "esm",
      target: "node20",
      sourcefile: path,
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { target: "es2022" } },
    }).code;
  } catch (error) {
    const first = (error as TransformFailure).errors?.[0];
    if (first?.location == null) throw error;
    const { line, column, lineText } = first.location;
    const indent = lineText.slice(0, column).replace(/[^\t]/g, " ");
    const message = `${path}:${line}:${column + 1}: ${first.text}\n  ${lineText}\n  ${indent}^`;
    throw Object.assign(new SyntaxError(message), { code: syntaxCode });
  }
}
