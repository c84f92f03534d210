/**
 * Derives `src/sandbox/data/go-types.json` from the Go sources of the API: for every field of every built-in schema
 * the Go type that a decoding error names, and whether an empty value is written. OpenAPI says neither.
 *
 *   tsx scripts/generate-sandbox-go-types.ts --sources DIR
 *
 * DIR holds checkouts named `api`, `apimachinery`, `apiextensions-apiserver` and `kube-aggregator` (of kubernetes/*).
 * One entry: `{ "<schema>": { "<field>": "<flag><type>" } }`, the flag being `*` a pointer (written when set),
 * `?` dropped when empty, `!` always written, `&` a pointer always written (null when unset).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

interface Struct {
  readonly fields: { name: string; type: string; flag: "*" | "?" | "!" | "&" }[];
  readonly embedded: string[];
}

const { values } = parseArgs({ options: { sources: { type: "string" } } });
if (values.sources === undefined) throw new Error("usage: generate-sandbox-go-types --sources DIR");

const roots: Record<string, string> = {
  api: "io.k8s.api",
  apimachinery: "io.k8s.apimachinery",
  "apiextensions-apiserver": "io.k8s.apiextensions-apiserver",
  "kube-aggregator": "io.k8s.kube-aggregator",
};
const imports: Record<string, string> = {
  "k8s.io/api": "io.k8s.api",
  "k8s.io/apimachinery": "io.k8s.apimachinery",
  "k8s.io/apiextensions-apiserver": "io.k8s.apiextensions-apiserver",
};

/** Structs by schema name; `metav1.ObjectMeta` inside a struct is kept as `<package schema>.ObjectMeta`. */
const structs = new Map<string, Struct>();
const BUILT_IN = /^(string|bool|u?int(8|16|32|64)?|float(32|64)|byte|interface\{\}|any)$/;

function qualify(type: string, prefix: string, aliases: Map<string, string>): string {
  if (type.startsWith("*")) return qualify(type.slice(1), prefix, aliases);
  if (type.startsWith("[]")) {
    const item = type.slice(2);
    return item === "byte" ? "[]uint8" : `[]${item.startsWith("*") ? "*" : ""}${qualify(item, prefix, aliases)}`;
  }
  const map = /^map\[([^\]]+)\](.+)$/.exec(type);
  if (map) return `map[${qualify(map[1] ?? "", prefix, aliases)}]${qualify(map[2] ?? "", prefix, aliases)}`;
  if (BUILT_IN.test(type)) return type;
  const dotted = /^(\w+)\.(\w+)$/.exec(type);
  const base = dotted ? (aliases.get(dotted[1] ?? "") ?? dotted[1] ?? "") : prefix;
  return `${base.split(".").at(-1)}.${dotted ? dotted[2] : type}`;
}

function schemaOf(type: string, prefix: string, aliases: Map<string, string>): string {
  const dotted = /^\*?(\w+)\.(\w+)$/.exec(type);
  return dotted ? `${aliases.get(dotted[1] ?? "")}.${dotted[2]}` : `${prefix}.${type.replace(/^\*/, "")}`;
}

for (const [folder, root] of Object.entries(roots)) {
  const base = path.join(values.sources, folder);
  for (const file of readdirSync(base, { recursive: true, encoding: "utf8" })) {
    if (!/types\w*\.go$/.test(file)) continue;
    const prefix = `${root}.${path.dirname(file).replaceAll(path.sep, ".")}`;
    const text = readFileSync(path.join(base, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
    const aliases = new Map<string, string>();
    for (const match of text.matchAll(/^\s*(\w+)?\s*"(k8s\.io\/[^"]+)"$/gm)) {
      const target = match[2] ?? "";
      const known = Object.keys(imports).find((one) => target.startsWith(`${one}/`));
      if (known === undefined) continue;
      const dotted = `${imports[known]}.${target.slice(known.length + 1).replaceAll("/", ".")}`;
      aliases.set(match[1] ?? dotted.split(".").at(-1) ?? "", dotted);
    }
    for (const match of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      const struct: Struct = { fields: [], embedded: [] };
      for (const line of (match[2] ?? "").split("\n")) {
        const field = /^\s*(?:(\w+)\s+)?(\S+)\s+`[^`]*json:"([^"]*)"/.exec(line);
        if (field === null) continue;
        const [, goName, type = "", tag = ""] = field;
        const [name = "", ...options] = tag.split(",");
        if (name === "-") continue;
        if (name === "" && goName === undefined) {
          struct.embedded.push(schemaOf(type, prefix, aliases));
          continue;
        }
        if (name === "") continue;
        const nested = !type.startsWith("*") && !type.startsWith("[]") && !type.startsWith("map[");
        const omitted = options.includes("omitempty") || options.includes("omitzero");
        const pointer = type.startsWith("*");
        const flag = pointer ? (omitted ? "*" : "&") : omitted ? "?" : "!";
        const written = flag === "?" && nested && !options.includes("omitzero") ? "~" : "";
        struct.fields.push({ name, type: `${written}${qualify(type, prefix, aliases)}`, flag });
      }
      structs.set(`${prefix}.${match[1]}`, struct);
    }
  }
}

function fieldsOf(name: string): Struct["fields"] {
  const struct = structs.get(name);
  if (struct === undefined) return [];
  return [...struct.fields, ...struct.embedded.filter((one) => !one.endsWith(".TypeMeta")).flatMap(fieldsOf)];
}

const out = path.join(import.meta.dirname, "../src/sandbox/data");
const schemas = JSON.parse(readFileSync(path.join(out, "schemas.json"), "utf8")) as Record<
  string,
  { properties?: object }
>;
const table: Record<string, Record<string, string>> = {};
let missing = 0;
for (const [name, schema] of Object.entries(schemas)) {
  if (schema.properties === undefined) continue;
  const fields = new Map(fieldsOf(name).map((field) => [field.name, field]));
  const entry: Record<string, string> = {};
  for (const property of Object.keys(schema.properties)) {
    if (property === "apiVersion" || property === "kind") {
      if (!fields.has(property)) continue;
    }
    const field = fields.get(property);
    if (field === undefined) {
      missing++;
      process.stderr.write(`no Go field for ${name} ${property}\n`);
      continue;
    }
    // `~`: omitempty says nothing for a struct by value, so it is always written; scalars by value are dropped
    const struct = field.type.startsWith("~") && isStruct(name, property);
    entry[property] = `${struct ? "!" : field.flag}${field.type.replace("~", "")}`;
  }
  table[name] = entry;
}

/** Whether the property's OpenAPI form is one that Go holds as a struct: a reference, also to a time or a quantity. */
function isStruct(name: string, property: string): boolean {
  const schema = ((schemas[name]?.properties ?? {}) as Record<string, Record<string, unknown>>)[property] ?? {};
  if (schema.additionalProperties !== undefined || schema.items !== undefined) return false;
  const text = JSON.stringify(schema);
  return text.includes("$ref") && !/RawExtension|JSON"|FieldsV1/.test(text);
}

writeFileSync(path.join(out, "go-types.json"), `${JSON.stringify(table)}\n`);
process.stderr.write(`${Object.keys(table).length} schemas, ${missing} fields missing\n`);
