/**
 * Derives the sandbox's table of protobuf field numbers, `src/sandbox/data/field-numbers.json`, from the
 * `generated.proto` files of k8s.io/api, apimachinery, apiextensions-apiserver and kube-aggregator.
 *
 *   tsx scripts/generate-field-numbers.ts DIR…
 *
 * The table gives, for each component schema, the names of its fields in the order of their numbers, separated by
 * commas; nothing stands for a number that is not used. `>NAME` is a message whose fields JSON writes inline.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

interface Field {
  readonly name: string;
  readonly number: number;
  /** Full component name of a message type, undefined for scalars and maps. */
  readonly message: string | undefined;
}

const data = path.join(import.meta.dirname, "../src/sandbox/data");
const schemas = JSON.parse(readFileSync(path.join(data, "schemas.json"), "utf8")) as Record<
  string,
  { properties?: Record<string, unknown> }
>;
const messages = new Map<string, Field[]>();

for (const dir of process.argv.slice(2)) {
  for (const file of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith("generated.proto")) readMessages(readFileSync(path.join(dir, file), "utf8"));
  }
}
if (messages.size === 0) throw new Error("usage: generate-field-numbers DIR…");

const table: Record<string, string> = {};
for (const [name, { properties }] of Object.entries(schemas)) {
  if (properties !== undefined) describe(name, properties);
}
writeFileSync(path.join(data, "field-numbers.json"), `${JSON.stringify(table)}\n`);
process.stderr.write(`${Object.keys(table).length} messages\n`);

function readMessages(text: string): void {
  const prefix = componentOf(/^package (\S+);/m.exec(text)?.[1] ?? "");
  for (const [, name = "", body = ""] of text.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    const fields = [...body.matchAll(/^ {2}(?:optional |repeated )?(map<.*>|\S+) (\w+) = (\d+);/gm)].map(
      ([, type = "", field = "", number = ""]): Field => ({
        name: field,
        number: Number(number),
        message: messageOf(type, prefix),
      }),
    );
    messages.set(`${prefix}.${name}`, fields);
  }
}

function messageOf(type: string, prefix: string): string | undefined {
  if (type.startsWith(".")) return componentOf(type.slice(1));
  return /^[A-Z]\w*$/.test(type) ? `${prefix}.${type}` : undefined;
}

/** `k8s.io.kube_aggregator.pkg…` → `io.k8s.kube-aggregator.pkg…`. */
function componentOf(name: string): string {
  return name.replace(/^k8s\.io\.([^.]+)/, (_match, module: string) => `io.k8s.${module.replaceAll("_", "-")}`);
}

/** Names as they compare: `uID` and `uid`, `xKubernetesListType` and `x-kubernetes-list-type`, `ref` and `$ref`. */
function folded(name: string): string {
  return name.replaceAll(/[-$]/g, "").toLowerCase();
}

function describe(name: string, properties: Record<string, unknown>): void {
  const fields = messages.get(name);
  if (fields === undefined || table[name] !== undefined) return;
  const names: string[] = [];
  const byFold = new Map(Object.keys(properties).map((property) => [folded(property), property]));
  for (const { name: own, number, message } of fields) {
    const field = byFold.get(folded(own));
    const inline = field === undefined && message !== undefined;
    if (inline) describe(message, properties);
    names[number - 1] = inline ? `>${message}` : (field ?? "");
  }
  table[name] = Array.from(names, (one) => one ?? "").join(",");
}
