/**
 * Derives the sandbox's tables from a real server's answers: `src/sandbox/data/schemas.json` (every component schema,
 * prose removed) and `src/sandbox/data/resources.json` (what discovery lists, in the server's order).
 *
 *   tsx scripts/generate-sandbox-data.ts --openapi DIR --discovery FILE
 *
 * DIR holds the documents of `/openapi/v3`, each named after its path with `/` as `_`; FILE is a recording of the
 * discovery endpoints (test/fixtures/recordings/discovery.json).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

interface RecordedResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  kind: string;
  group?: string;
  version?: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  storageVersionHash?: string;
}

interface Exchange {
  name: string;
  request: { path: string };
  response: {
    status: number;
    body: { kind?: string; groupVersion?: string; resources?: RecordedResource[]; groups?: Group[] };
  };
}

interface Group {
  name: string;
  versions: { groupVersion: string; version: string }[];
}

const { values } = parseArgs({ options: { openapi: { type: "string" }, discovery: { type: "string" } } });
if (values.openapi === undefined || values.discovery === undefined) {
  throw new Error("usage: generate-sandbox-data --openapi DIR --discovery FILE");
}
const out = path.join(import.meta.dirname, "../src/sandbox/data");

/** Removes prose: every `description` that is text, save where it is the name of a property. */
function withoutProse(value: unknown, insideProperties = false): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutProse(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => insideProperties || key !== "description" || typeof one !== "string")
      .map(([key, one]) => [key, withoutProse(one, !insideProperties && key === "properties")]),
  );
}

const schemas: Record<string, unknown> = {};
for (const file of readdirSync(values.openapi).sort()) {
  if (!/^(apis?)_.*v\d\w*\.json$/.test(file)) continue;
  const document = JSON.parse(readFileSync(path.join(values.openapi, file), "utf8")) as {
    components: { schemas: Record<string, unknown> };
  };
  for (const [name, schema] of Object.entries(document.components.schemas)) schemas[name] = withoutProse(schema);
}
const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path.join(out, "schemas.json"), `${JSON.stringify(sorted)}\n`);

const exchanges = JSON.parse(readFileSync(values.discovery, "utf8")) as Exchange[];
const lists = new Map<string, RecordedResource[]>();
let order: string[] = ["v1"];
for (const { response } of exchanges) {
  if (response.body.kind === "APIGroupList" && response.body.groups) {
    order = ["v1", ...response.body.groups.flatMap((group) => group.versions.map((version) => version.groupVersion))];
  }
  if (response.body.kind === "APIResourceList" && response.body.groupVersion && response.body.resources) {
    lists.set(response.body.groupVersion, response.body.resources);
  }
}
const groupVersions = order.map((groupVersion) => {
  const resources = lists.get(groupVersion);
  if (resources === undefined) throw new Error(`the recording has no resource list of ${groupVersion}`);
  return { groupVersion, resources };
});
writeFileSync(path.join(out, "resources.json"), `${JSON.stringify(groupVersions)}\n`);
process.stderr.write(`${Object.keys(sorted).length} schemas, ${groupVersions.length} group versions\n`);
