/**
 * Fails on an import that points the wrong way, on a circle, and on an import of the sandbox by the client.
 *
 *   tsx scripts/check-layers.ts [--root DIR]
 *
 * Layers, left may be imported by right:
 * errors ← core ← config ← transport ← discovery ← resources ← operations ← runtime ← (repl, schedule) ← cli.
 * `types` holds no code and may be imported by anything from `resources` on. The sandbox stands apart: it imports
 * `errors` and `core` only, and only the command line (lazily) and the package's own sub-paths import it.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

/** What each layer may import besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  core: ["errors"],
  types: ["core"],
  config: ["errors", "core"],
  transport: ["errors", "core", "config"],
  discovery: ["errors", "core", "config", "transport"],
  resources: ["errors", "core", "config", "transport", "discovery", "types"],
  operations: ["errors", "core", "config", "transport", "discovery", "resources", "types"],
  runtime: ["errors", "core", "config", "transport", "discovery", "resources", "operations", "types"],
  repl: ["errors", "core", "config", "transport", "discovery", "resources", "operations", "runtime", "types"],
  schedule: ["errors", "core", "config", "transport", "discovery", "resources", "operations", "runtime", "types"],
  cli: [
    "errors",
    "core",
    "config",
    "transport",
    "discovery",
    "resources",
    "operations",
    "runtime",
    "repl",
    "schedule",
    "types",
    "sandbox (lazy)",
  ],
  sandbox: ["errors", "core"],
};

/** The package's entry points: barrels that may export from any layer. */
const ENTRIES = new Set(["index.ts", "globals.ts", "testing.ts"]);

/** One import statement or `import()` of a source file. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** At load, as types only, or by `import()`. */
  readonly how: "load" | "type" | "lazy";
}

function sourceFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
}

const STATEMENT = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s*)?"(\.[^"]+)"/gm;
const EXPRESSION = /\bimport\(\s*"(\.[^"]+)"/g;

/** Imports and re-exports of one file, paths relative to `root`. Types count, for a layer is also its words. */
function importsOf(root: string, file: string): Import[] {
  const text = readFileSync(path.join(root, file), "utf8");
  const resolve = (specifier: string): string => path.posix.join(path.posix.dirname(file), specifier);
  const found: Import[] = [];
  for (const [, type, specifier = ""] of text.matchAll(STATEMENT)) {
    found.push({ from: file, to: resolve(specifier), how: type === undefined ? "load" : "type" });
  }
  for (const [, specifier = ""] of text.matchAll(EXPRESSION)) {
    found.push({ from: file, to: resolve(specifier), how: "lazy" });
  }
  return found;
}

function layerOf(file: string): string {
  return file.includes("/") ? (file.split("/")[0] ?? "") : path.basename(file, ".ts");
}

/** What is wrong with one import, or undefined. */
export function wrongDirection({ from, to, how }: Import): string | undefined {
  if (ENTRIES.has(from)) return undefined;
  if (ENTRIES.has(to)) return `${from} imports the entry point ${to}: import the file that defines the name`;
  const [source, target] = [layerOf(from), layerOf(to)];
  if (source === target) return undefined;
  const allowed = ALLOWED[source];
  if (allowed === undefined) return `${from} stands in no layer`;
  if (allowed.includes(target)) return undefined;
  if (allowed.includes(`${target} (lazy)`)) {
    return how !== "load" ? undefined : `${from} imports ${to} at load: use import() where it is needed`;
  }
  return `${from} (${source}) imports ${to} (${target}): ${source} may import ${allowed.join(", ") || "nothing"}`;
}

/** Every circle of load-time imports, each as the files it runs through. */
export function circles(imports: readonly Import[]): string[][] {
  const graph = new Map<string, string[]>();
  for (const { from, to, how } of imports) if (how === "load") graph.set(from, [...(graph.get(from) ?? []), to]);
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      found.push([...trail.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

/** Every fault below `root`, one line each. */
export function checkLayers(root: string): string[] {
  const imports = sourceFiles(root).flatMap((file) => importsOf(root, file));
  return [
    ...imports.map(wrongDirection).filter((fault) => fault !== undefined),
    ...circles(imports).map((circle) => `circle: ${circle.join(" → ")}`),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { root: { type: "string" } } });
  const faults = checkLayers(values.root ?? path.join(import.meta.dirname, "../src"));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
