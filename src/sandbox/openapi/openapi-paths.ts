import type { DefinitionTable } from "../definitions/definition-table.ts";
import { plainAnswer } from "../http/answers.ts";
import { entityHash, jsonWithTag, textWithTag } from "../http/entity-tag.ts";
import { mediaRanges } from "../http/media-types.ts";
import type { NonResourcePath } from "../http/non-resource.ts";
import { resourceNotFound } from "../http/route.ts";
import { openApiDocument } from "./document.ts";
import { type SwaggerDocument, swaggerDocument } from "./swagger.ts";
import { swaggerProtobuf } from "./swagger-protobuf.ts";

const ROOT = "/openapi/v3";
const SWAGGER = "/openapi/v2";
/** Asked for with an `@`, which no header that is sent may hold: Go reads none with it. */
const SWAGGER_PROTOBUF = /^application\/com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf$/;
const SWAGGER_PROTOBUF_SENT = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** A document as it is sent. */
interface Sent {
  readonly text: string;
  readonly hash: string;
}

/**
 * `/openapi/v3` and one document for each group and version, and the one document of `/openapi/v2`; each made when it is
 * first asked for.
 */
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

  let swagger: { readonly generation: number; readonly document: SwaggerDocument } | undefined;

  function swaggerNow(): SwaggerDocument {
    if (swagger?.generation !== definitions.generation) {
      const all = definitions.groups().flatMap(({ versions }) => versions.flatMap((one) => one.definitions));
      swagger = { generation: definitions.generation, document: swaggerDocument(all) };
    }
    return swagger.document;
  }

  return [
    {
      matches: (path) => path === SWAGGER,
      answer(request) {
        const ranges = mediaRanges(request.headers.get("accept"));
        const wanted = ranges.find(
          ({ type }) => SWAGGER_PROTOBUF.test(type) || /^(application|\*)\/(json|\*)$/.test(type),
        );
        if (wanted === undefined) return new Response(null, { status: 406 });
        if (!SWAGGER_PROTOBUF.test(wanted.type)) return jsonWithTag(request, swaggerNow(), "application/json");
        const headers = { "content-type": SWAGGER_PROTOBUF_SENT, vary: "Accept" };
        return new Response(swaggerProtobuf(swaggerNow()), { headers });
      },
    },
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
