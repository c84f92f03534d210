import { BUILT_IN_COMPONENTS, BUILT_IN_SCHEMAS, componentNamesByKind, kindKey } from "../../definitions/built-in.ts";
import type { ResourceDefinition } from "../../model/definition.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../../model/object.ts";
import { badRequest, invalid, notFound, StatusError } from "../../model/status-error.ts";
import { checkAddress } from "../../storage/check-address.ts";
import { cloneJson, fieldsOf } from "../../storage/json.ts";
import { textAnswer } from "../answers.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb, writeContext } from "../server.ts";
import { decodeObject } from "../verbs/create.ts";
import { checkPatchOptions, parsePatch, patchedObject, patchType } from "../verbs/patch.ts";
import { selectorText } from "./selector-text.ts";

/** `autoscaling/v1` Scale, as a target for decoding and patches. */
const SCALE: ResourceDefinition = {
  group: "autoscaling",
  version: "v1",
  resource: "scales",
  singular: "scale",
  kind: "Scale",
  listKind: "ScaleList",
  namespaced: true,
  shortNames: [],
  categories: [],
  verbs: [],
  subresources: [],
  storageVersionHash: undefined,
  storageKey: "",
  schema: BUILT_IN_COMPONENTS[componentNamesByKind().get(kindKey("autoscaling", "v1", "Scale")) ?? ""],
  schemas: BUILT_IN_SCHEMAS,
};

/** Where a resource keeps the numbers that its Scale shows. */
interface ScalePaths {
  readonly replicas: readonly string[];
  readonly status: readonly string[];
  /** Of the selector, an object or its text; empty when there is none. */
  readonly selector: readonly string[];
}

/** GET of `…/scale`. */
export const getScale: Verb = (server, request) => {
  const as = representation(request, []);
  return textAnswer(200, JSON.stringify(scaleOf(request.definition, live(server, request))), as.format);
};

/** PUT of `…/scale`. */
export const updateScale: Verb = (server, request) => {
  const as = representation(request, []);
  const context = writeContext(request, "UpdateOptions");
  const scale = decodeObject(request, SCALE, "UpdateOptions");
  checkAddress(scale, request.info.name, context.namespace);
  return write(server, request, () => scale, "UpdateOptions", as.format);
};

/** PATCH of `…/scale`. */
export const patchScale: Verb = (server, request) => {
  const as = representation(request, []);
  const type = patchType(request);
  checkPatchOptions(request.info.query, type);
  if (type === "apply") throw badRequest("apply of a scale is not supported by this server: use a merge patch");
  const document = parsePatch(request.body);
  const change = (current: ApiObject): ApiObject => patchedObject(server, request, current, document, type, SCALE);
  return write(server, request, change, "PatchOptions", as.format);
};

function write(
  server: HttpServer,
  request: ResourceRequest,
  change: (scale: ApiObject) => ApiObject,
  options: string,
  format: "json" | "yaml",
): Response {
  const { definition, info, warnings } = request;
  const paths = pathsOf(definition);
  const updated = server.writer.update(
    info.name,
    (object) => {
      const scale = change(scaleOf(definition, object));
      const replicas = fieldsOf(scale.spec).replicas ?? 0;
      checkReplicas(info.name, replicas);
      const scaled = withValue(cloneJson(object), paths.replicas, replicas);
      const { resourceVersion } = scale.metadata;
      return resourceVersion === undefined ? scaled : { ...scaled, metadata: { ...scaled.metadata, resourceVersion } };
    },
    writeContext(request, options),
  );
  return textAnswer(200, JSON.stringify(scaleOf(definition, updated)), format, warnings.headers());
}

function live(server: HttpServer, { definition, info }: ResourceRequest): ApiObject {
  const object = server.store.get(definition.storageKey, definition.namespaced ? info.namespace : "", info.name);
  if (object === undefined) throw notFound(definition, info.name);
  return object;
}

function scaleOf(definition: ResourceDefinition, object: ApiObject): ApiObject {
  const paths = pathsOf(definition);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, paths.replicas);
  const selector = selectorText(valueAt(object, paths.selector));
  if (definition.custom !== undefined && replicas === undefined) {
    throw new StatusError(
      500,
      "InternalError",
      `Internal error occurred: the spec replicas field ${JSON.stringify(`.${paths.replicas.join(".")}`)} does not exist`,
    );
  }
  return {
    kind: SCALE.kind,
    apiVersion: "autoscaling/v1",
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicas === undefined || replicas === 0 ? {} : { replicas },
    status: {
      replicas: valueAt(object, paths.status) ?? 0,
      ...(selector === "" ? {} : { selector }),
    },
  };
}

function checkReplicas(name: string, replicas: unknown): void {
  if (typeof replicas === "number" && replicas >= 0) return;
  throw invalid({ group: "autoscaling", kind: "Scale" }, name, [
    {
      type: "FieldValueInvalid",
      field: "spec.replicas",
      badValue: replicas,
      detail: "must be greater than or equal to 0",
    },
  ]);
}

function pathsOf({ custom }: ResourceDefinition): ScalePaths {
  if (custom === undefined) {
    return { replicas: ["spec", "replicas"], status: ["status", "replicas"], selector: ["spec", "selector"] };
  }
  const scale = custom.scale ?? { specReplicasPath: "", statusReplicasPath: "" };
  return {
    replicas: fieldPath(scale.specReplicasPath),
    status: fieldPath(scale.statusReplicasPath),
    selector: fieldPath(scale.labelSelectorPath ?? ""),
  };
}

/** `.spec.replicas` → its names. */
function fieldPath(text: string): string[] {
  return text.split(".").filter((name) => name !== "");
}

function valueAt(object: ApiObject, path: readonly string[]): unknown {
  if (path.length === 0) return undefined;
  let value: unknown = object;
  for (const name of path) value = isJsonObject(value) ? value[name] : undefined;
  return value;
}

function withValue(object: ApiObject, path: readonly string[], value: unknown): ApiObject {
  let parent: JsonObject = object;
  for (const name of path.slice(0, -1)) {
    const child = fieldsOf(parent[name]);
    parent[name] = child;
    parent = child;
  }
  const last = path.at(-1);
  if (last !== undefined) parent[last] = value;
  return object;
}
