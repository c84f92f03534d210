import type { DefinitionTable, ServedGroup } from "../definitions/definition-table.ts";
import { jsonAnswer } from "../http/answers.ts";
import { jsonWithTag } from "../http/entity-tag.ts";
import { mediaRanges, negotiate, notAcceptable } from "../http/media-types.ts";
import type { NonResourcePath } from "../http/non-resource.ts";
import type { RequestInfo } from "../http/request-info.ts";
import { resourceNotFound } from "../http/route.ts";
import type { JsonObject } from "../model/object.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { apiGroupDiscoveryList } from "./aggregated.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./api-resources.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** `/`, `/api`, `/apis` and what is below them, in the plain and the aggregated form. */
export function discoveryPaths(
  definitions: DefinitionTable,
  documents: readonly string[],
  checks: readonly string[],
): NonResourcePath[] {
  const core = (): ServedGroup => definitions.groups().find(({ name }) => name === "") ?? { name: "", versions: [] };
  const named = (): ServedGroup[] => definitions.groups().filter(({ name }) => name !== "");

  return [
    {
      matches: (path) => path === "/",
      answer: () => jsonAnswer(200, { paths: indexPaths(definitions, documents, checks) }),
    },
    {
      matches: (path) => path === "/api" || path === "/api/",
      answer: (request) =>
        root(
          request,
          () => apiVersions(core()),
          () => apiGroupDiscoveryList([core()]),
        ),
    },
    {
      matches: (path) => path === "/apis" || path === "/apis/",
      answer: (request) =>
        root(
          request,
          () => apiGroupList(named()),
          () => apiGroupDiscoveryList(named()),
        ),
    },
    {
      matches: (path) => below(path, definitions) !== undefined,
      answer: (request, info) => groupOrVersion(request, info, definitions),
    },
  ];
}

/** Answers in the aggregated form where it is preferred, else in the plain one. Throws the 406. */
function root(request: ServerRequest, plain: () => JsonObject, aggregated: () => JsonObject): Response {
  for (const { type, parameters } of mediaRanges(request.headers.get("accept"))) {
    if (parameters.as === undefined) {
      if (type !== "application/json" && type !== "application/yaml" && type !== "*/*") continue;
      return jsonAnswer(200, plain(), type === "application/yaml" ? "yaml" : "json");
    }
    const known = type === "application/json" && parameters.as === "APIGroupDiscoveryList";
    if (!known || parameters.g !== "apidiscovery.k8s.io" || parameters.v !== "v2") continue;
    return jsonWithTag(request, aggregated(), AGGREGATED);
  }
  throw notAcceptable();
}

interface Below {
  readonly group: ServedGroup;
  readonly version: string | undefined;
}

/** `/api/VERSION`, `/apis/GROUP` and `/apis/GROUP/VERSION` of groups that are served. */
function below(path: string, definitions: DefinitionTable): Below | undefined {
  const [prefix, first, second, ...more] = path.split("/").filter((segment) => segment !== "");
  if (first === undefined || more.length > 0 || (prefix === "api" && second !== undefined)) return undefined;
  if (prefix !== "api" && prefix !== "apis") return undefined;
  const name = prefix === "api" ? "" : first;
  const group = definitions.groups().find((one) => one.name === name);
  return group === undefined || (prefix === "apis" && name === "")
    ? undefined
    : { group, version: prefix === "api" ? first : second };
}

function groupOrVersion(request: ServerRequest, { path }: RequestInfo, definitions: DefinitionTable): Response {
  const found = below(path, definitions);
  if (found === undefined) throw resourceNotFound();
  const { format } = negotiate(request.headers.get("accept"), []);
  if (found.version === undefined) return jsonAnswer(200, apiGroup(found.group), format);
  const version = found.group.versions.find((one) => one.version === found.version);
  if (version === undefined) throw resourceNotFound();
  return jsonAnswer(200, apiResourceList(found.group.name, version), format);
}

function indexPaths(definitions: DefinitionTable, documents: readonly string[], checks: readonly string[]): string[] {
  const served = definitions.groups().flatMap(({ name, versions }) => {
    const root = name === "" ? "/api" : `/apis/${name}`;
    return [root, ...versions.map(({ version }) => `${root}/${version}`)];
  });
  const health = ["/healthz", "/livez", "/readyz"].flatMap((path) => [
    path,
    ...checks.map((check) => `${path}/${check}`),
  ]);
  const others = ["/apis", "/apis/", "/openapi/v2", "/openapi/v3", "/openapi/v3/", "/version"];
  return [...new Set([...served, ...health, ...others, ...documents])].sort();
}
