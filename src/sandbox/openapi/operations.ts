import { kindKey } from "../definitions/built-in.ts";
import { componentReference } from "../definitions/schema-source.ts";
import type { ResourceDefinition, SubresourceDefinition } from "../model/definition.ts";
import type { JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { PATCH_TYPES } from "../patch/patch.ts";
import { strategyFor } from "../storage/strategies/strategy-for.ts";
import type { ComponentNames } from "./components.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** How one verb of a resource is described. */
interface Verb {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** The value of `x-kubernetes-action`. */
  readonly action: string;
  /** How the operation's id begins. */
  readonly prefix: string;
  readonly collection: boolean;
  readonly parameters: readonly string[];
}

const WRITE = ["dryRun", "fieldManager", "fieldValidation"];
const DELETE = ["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"];
const LIST = [
  "allowWatchBookmarks",
  "continue",
  "fieldSelector",
  "labelSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "timeoutSeconds",
  "watch",
];

const VERBS: Readonly<Record<string, Verb>> = {
  get: { method: "get", action: "get", prefix: "read", collection: false, parameters: [] },
  list: { method: "get", action: "list", prefix: "list", collection: true, parameters: LIST },
  create: { method: "post", action: "post", prefix: "create", collection: true, parameters: WRITE },
  update: { method: "put", action: "put", prefix: "replace", collection: false, parameters: WRITE },
  patch: { method: "patch", action: "patch", prefix: "patch", collection: false, parameters: [...WRITE, "force"] },
  delete: { method: "delete", action: "delete", prefix: "delete", collection: false, parameters: DELETE },
  deletecollection: {
    method: "delete",
    action: "deletecollection",
    prefix: "deleteCollection",
    collection: true,
    parameters: [...new Set([...DELETE, ...LIST.filter((name) => name !== "watch" && name !== "allowWatchBookmarks")])],
  },
};

const PARAMETER_TYPES: Readonly<Record<string, string>> = {
  allowWatchBookmarks: "boolean",
  force: "boolean",
  gracePeriodSeconds: "integer",
  limit: "integer",
  orphanDependents: "boolean",
  sendInitialEvents: "boolean",
  timeoutSeconds: "integer",
  watch: "boolean",
};

/** The paths of a resource and of its sub-resources. */
export function resourcePaths(definition: ResourceDefinition, names: ComponentNames): JsonObject {
  const { group, version, resource, namespaced, subresources } = definition;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const collection = namespaced ? `${root}/namespaces/{namespace}/${resource}` : `${root}/${resource}`;
  const item = `${collection}/{name}`;
  const operations = (verbs: readonly string[], ofCollection: boolean): JsonObject =>
    Object.fromEntries(
      verbs
        .map((name) => VERBS[name])
        .filter((verb): verb is Verb => verb !== undefined && verb.collection === ofCollection)
        .map((verb) => [verb.method, operation(definition, verb, definition, names, "")]),
    );
  const everywhere =
    namespaced && definition.verbs.includes("list")
      ? { [`${root}/${resource}`]: pathItem(operations(["list"], true), []) }
      : {};
  const paths: JsonObject = {
    [collection]: pathItem(operations(definition.verbs, true), namespaced ? ["namespace"] : []),
    [item]: pathItem(operations(definition.verbs, false), namespaced ? ["name", "namespace"] : ["name"]),
    ...everywhere,
  };
  for (const subresource of subresources) {
    const described = subresourceOperations(definition, subresource, names);
    paths[`${item}/${subresource.name}`] = pathItem(described, namespaced ? ["name", "namespace"] : ["name"]);
  }
  return Object.fromEntries(Object.entries(paths).filter(([, one]) => Object.keys(one as object).length > 1));
}

function subresourceOperations(
  definition: ResourceDefinition,
  { name, kind, group, version, verbs }: SubresourceDefinition,
  names: ComponentNames,
): JsonObject {
  const own: Kind = { group: group ?? definition.group, version: version ?? definition.version, kind };
  return Object.fromEntries(
    verbs
      .map((verb) => VERBS[verb])
      .filter((verb): verb is Verb => verb !== undefined)
      .map((verb) => [verb.method, operation(definition, verb, own, names, capital(name))]),
  );
}

function operation(
  definition: ResourceDefinition,
  verb: Verb,
  kind: Kind,
  names: ComponentNames,
  suffix: string,
): JsonObject {
  const tag = `${groupName(definition.group)}_${definition.version}`;
  const scope = definition.namespaced ? "Namespaced" : "";
  const id = `${verb.prefix}${capital(groupName(definition.group))}${capital(definition.version)}${scope}${definition.kind}${suffix}`;
  const content = { schema: answerSchema(definition, verb, kind, names) };
  const answer = { description: "OK", content: { "application/json": content, "application/yaml": content } };
  const created = verb.method === "post" || verb.method === "put" || verb.method === "patch";
  return {
    tags: [tag],
    operationId: id,
    parameters: verb.parameters.map((name) => parameter(name, "query")),
    ...requestBody(definition, verb, kind, names),
    responses: {
      "200": answer,
      ...(created ? { "201": { ...answer, description: "Created" } } : {}),
      "401": { description: "Unauthorized" },
    },
    "x-kubernetes-action": verb.action,
    "x-kubernetes-group-version-kind": { group: kind.group, version: kind.version, kind: kind.kind },
  };
}

function requestBody(definition: ResourceDefinition, verb: Verb, kind: Kind, names: ComponentNames): JsonObject {
  if (verb.method === "get") return {};
  if (verb.method === "delete") {
    return { requestBody: { content: { "*/*": { schema: { $ref: componentReference(`${META}.DeleteOptions`) } } } } };
  }
  if (verb.method !== "patch") {
    return { requestBody: { content: { "*/*": { schema: kindSchema(kind, names) } }, required: true } };
  }
  const types = Object.keys(PATCH_TYPES).filter(
    (type) => definition.custom === undefined || PATCH_TYPES[type] !== "strategic",
  );
  const schema = { $ref: componentReference(`${META}.Patch`) };
  return { requestBody: { content: Object.fromEntries(types.map((type) => [type, { schema }])), required: true } };
}

function answerSchema(definition: ResourceDefinition, verb: Verb, kind: Kind, names: ComponentNames): Schema {
  if (verb.action === "list") return kindSchema({ ...kind, kind: definition.listKind }, names);
  const status =
    verb.action === "deletecollection" || (verb.action === "delete" && !strategyFor(definition).returnsDeleted);
  return status ? { $ref: componentReference(`${META}.Status`) } : kindSchema(kind, names);
}

/** Kinds without a component, such as the options of streams, are answered with text. */
function kindSchema({ group, version, kind }: Kind, names: ComponentNames): Schema {
  const name = names.get(kindKey(group, version, kind));
  return name === undefined ? { type: "string" } : { $ref: componentReference(name) };
}

function pathItem(operations: JsonObject, parameters: readonly string[]): JsonObject {
  return {
    ...operations,
    parameters: [...parameters.map((name) => parameter(name, "path")), parameter("pretty", "query")],
  };
}

function parameter(name: string, place: "query" | "path"): JsonObject {
  return {
    name,
    in: place,
    ...(place === "path" ? { required: true } : {}),
    schema: { type: PARAMETER_TYPES[name] ?? "string", uniqueItems: true },
  };
}

/** `core`, `apps`, `rbacAuthorization`: the group without its domain. */
function groupName(group: string): string {
  if (group === "") return "core";
  const [first = "", ...rest] = group.replace(/\.k8s\.io$/, "").split(".");
  return [first, ...rest.map(capital)].join("");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
