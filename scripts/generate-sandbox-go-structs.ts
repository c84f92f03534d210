/**
 * Derives `src/sandbox/data/go-structs.json` from the Go sources of the API: the structs that a pod template is made
 * of, with their fields in order. Controllers hash a dump of those structs, so their layout decides object names.
 *
 *   tsx scripts/generate-sandbox-go-structs.ts --sources DIR
 *
 * DIR holds checkouts named `api` and `apimachinery` (of kubernetes/*) at the release that the sandbox serves.
 * An entry is a struct, `[[<Go name>, <JSON name, "" for inlined>, <Go type>], …]`, or the type that a name stands for.
 * Types are written as in Go, but qualified by the package's path; the last part of that is what Go prints.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

type Field = readonly [goName: string, jsonName: string, type: string];

const ROOT = "core/v1.PodTemplateSpec";
/** Types with a JSON form of their own; the dump knows their insides. */
const LEAVES = new Set(["meta/v1.Time", "meta/v1.FieldsV1", "resource.Quantity", "intstr.IntOrString"]);
const BUILT_IN = /^(string|bool|byte|u?int(8|16|32|64)?|float(32|64))$/;

const { values } = parseArgs({ options: { sources: { type: "string" } } });
if (values.sources === undefined) throw new Error("usage: generate-sandbox-go-structs --sources DIR");
const sources = values.sources;

/** The folder of a package by its short path. */
function folderOf(shortPath: string): string {
  const folders: Record<string, string> = {
    "core/v1": "api/core/v1",
    "meta/v1": "apimachinery/pkg/apis/meta/v1",
    types: "apimachinery/pkg/types",
  };
  const folder = folders[shortPath];
  if (folder === undefined) throw new Error(`no folder is known for the package ${shortPath}`);
  return path.join(sources, folder);
}

function shortPathOf(importPath: string): string {
  return importPath.replace(/^k8s\.io\/(api|apimachinery\/pkg\/(apis|api|util)|apimachinery\/pkg)\//, "");
}

const packages = new Map<string, Map<string, Field[] | string>>();

function declarationsOf(shortPath: string): Map<string, Field[] | string> {
  const known = packages.get(shortPath);
  if (known !== undefined) return known;
  const declarations = new Map<string, Field[] | string>();
  packages.set(shortPath, declarations);
  const folder = folderOf(shortPath);
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".go") || /_test\.go$|generated/.test(file)) continue;
    readDeclarations(readFileSync(path.join(folder, file), "utf8"), shortPath, declarations);
  }
  return declarations;
}

function readDeclarations(source: string, shortPath: string, into: Map<string, Field[] | string>): void {
  const text = source.replace(/\/\*[\s\S]*?\*\//g, "");
  const aliases = new Map<string, string>();
  for (const [, alias, target = ""] of text.matchAll(/^\s*(?:import\s+)?(\w+)?\s*"(k8s\.io\/[^"]+)"$/gm)) {
    aliases.set(alias ?? target.split("/").at(-1) ?? "", shortPathOf(target));
  }
  const qualify = (type: string): string =>
    type.replace(/(?<![\w.])(?:(\w+)\.)?(\w+)/g, (word: string, alias: string | undefined, name: string) => {
      if (alias !== undefined) return `${aliases.get(alias) ?? alias}.${name}`;
      if (name === "map") return word;
      if (BUILT_IN.test(name)) return name === "byte" ? "uint8" : name;
      return `${shortPath}.${name}`;
    });
  for (const [, name = "", type = ""] of text.matchAll(/^(?:type )?\t?(\w+) ((?:map\[\w+\]|\[\])?[\w.]+)$/gm)) {
    if (!into.has(name) && type !== "struct") into.set(name, qualify(type));
  }
  for (const [, name = "", body = ""] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const fields: Field[] = [];
    for (const line of body.split("\n")) {
      const field = /^\s*(?:(\w+)\s+)?(\S+)\s+`[^`]*json:"([^",]*)/.exec(line);
      if (field === null) continue;
      const [, goName, type = "", jsonName = ""] = field;
      fields.push([goName ?? type.split(".").at(-1) ?? "", jsonName, qualify(type)]);
    }
    into.set(name, fields);
  }
}

const table: Record<string, readonly Field[] | string> = {};

function collect(type: string): void {
  for (const name of type.match(/[\w/]+\.\w+/g) ?? []) {
    if (name in table || LEAVES.has(name)) continue;
    const dot = name.lastIndexOf(".");
    const declared = declarationsOf(name.slice(0, dot)).get(name.slice(dot + 1));
    if (declared === undefined) throw new Error(`no declaration of ${name}`);
    table[name] = declared;
    for (const inner of typeof declared === "string" ? [declared] : declared.map((field) => field[2])) collect(inner);
  }
}

collect(ROOT);
const file = path.join(import.meta.dirname, "../src/sandbox/data/go-structs.json");
writeFileSync(file, `${JSON.stringify(table)}\n`);
process.stderr.write(`${Object.keys(table).length} types\n`);
