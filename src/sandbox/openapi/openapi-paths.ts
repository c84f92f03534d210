import type { DefinitionTable } from "../definitions/definition-table.ts";
import { plainAnswer } from "../http/answers.ts";
import { entityHash, textWithTag } from "../http/entity-tag.ts";
import type { NonResourcePath } from "../http/non-resource.ts";
import { resourceNotFound } from "../http/route.ts";
import { openApiDocument } from "./document.ts";

const ROOT = "/openapi/v3";

/** A document as it is sent. */
interface Sent {
  readonly text: string;
  readonly hash: string;
}

/** `/openapi/v3` and one document for each group and version, made when first asked for. */
export function openApiPaths(definitions: DefinitionTable): NonResourcePath[] {
  let generation = 0;
  const documents = new Map<string, Sent>();

  /** `api/v1` or `apis/apps/v1`. */
  function document(name: string): Sent | undefined {
    if (generation !== definitions.generation) {
      documents.clear();
      generation = definitions.generation;
    }
    const known = documents.get(name);
    if (known !== undefined) return known;
    const [group, version] = groupVersionOf(name);
    const served = definitions.groups().find((one) => one.name === group);
    const resources = served?.versions.find((one) => one.version === version)?.definitions;
    if (resources === undefined) return undefined;
    const text = JSON.stringify(openApiDocument(resources));
    const made = { text, hash: entityHash(text) };
    documents.set(name, made);
    return made;
  }

  function index(): string {
    const paths = definitions.groups().flatMap(({ name: group, versions }) =>
      versions.map(({ version }) => {
        const name = group === "" ? `api/${version}` : `apis/${group}/${version}`;
        return [name, { serverRelativeURL: `${ROOT}/${name}?hash=${document(name)?.hash ?? ""}` }] as const;
      }),
    );
    return JSON.stringify({ paths: Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1))) });
  }

  return [
    {
      matches: (path) => path === ROOT || path === `${ROOT}/`,
      answer: () => plainAnswer(200, index()),
    },
    {
      matches: (path) => path.startsWith(`${ROOT}/`),
      answer(request, { path }) {
        const found = document(path.slice(ROOT.length + 1));
        if (found === undefined) throw resourceNotFound();
        return textWithTag(request, found.text, found.hash, "application/json");
      },
    },
  ];
}

function groupVersionOf(name: string): [group: string, version: string] {
  const [prefix, first = "", second = ""] = name.split("/");
  return prefix === "api" ? ["", first] : [first, second];
}
