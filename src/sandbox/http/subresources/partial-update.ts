import type { ApiObject, JsonObject } from "../../model/object.ts";
import { badRequest } from "../../model/status-error.ts";
import { checkAddress } from "../../storage/check-address.ts";
import { fieldsOf } from "../../storage/json.ts";
import { textAnswer } from "../answers.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb, writeContext } from "../server.ts";
import { decodeObject, storedForm } from "../verbs/create.ts";
import { checkPatchOptions, parsePatch, patchedObject, patchType } from "../verbs/patch.ts";

/** Takes from `wanted` only what a sub-resource may change of `live`. */
type Merge = (live: ApiObject, wanted: ApiObject) => ApiObject;

/** The sub-resources through which one part of an object is written, by `resource/subresource`. */
const MERGES: Readonly<Record<string, Merge>> = {
  "namespaces/finalize": (live, wanted) => withSpec(live, wanted, ["finalizers"]),
  "certificatesigningrequests/approval": (live, wanted) => ({
    ...live,
    metadata: withVersion(live, wanted),
    status: { ...fieldsOf(live.status), conditions: fieldsOf(wanted.status).conditions },
  }),
  "pods/ephemeralcontainers": (live, wanted) => withSpec(live, wanted, ["ephemeralContainers"]),
  "pods/resize": (live, wanted) => withSpec(live, wanted, ["containers", "initContainers"]),
};

/** Whether `resource/subresource` is one of them. */
export function isPartial(name: string): boolean {
  return name in MERGES;
}

/** PUT of such a sub-resource. */
export const updatePart: Verb = (server, request) => {
  const { info } = request;
  const object = decodeObject(request, request.definition, "UpdateOptions");
  checkAddress(object, info.name, info.namespace);
  return write(server, request, () => object, "UpdateOptions");
};

/** PATCH of such a sub-resource. */
export const patchPart: Verb = (server, request) => {
  const type = patchType(request);
  checkPatchOptions(request.info.query, type);
  if (type === "apply") throw badRequest(`apply of ${request.info.subresource} is not supported by this server`);
  const document = parsePatch(request.body);
  return write(server, request, (live) => patchedObject(server, request, live, document, type), "PatchOptions");
};

function write(
  server: HttpServer,
  request: ResourceRequest,
  change: (live: ApiObject) => ApiObject,
  options: string,
): Response {
  const { definition, info, warnings } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const merge = MERGES[`${definition.resource}/${info.subresource}`] ?? ((_live, wanted) => wanted);
  const updated = server.writer.update(info.name, (live) => merge(live, change(live)), writeContext(request, options));
  const text = server.renderer.object(storedForm(definition), updated, as, info.query);
  return textAnswer(200, text, as.format, warnings.headers());
}

function withSpec(live: ApiObject, wanted: ApiObject, fields: readonly string[]): ApiObject {
  const spec: JsonObject = { ...fieldsOf(live.spec) };
  const asked = fieldsOf(wanted.spec);
  for (const field of fields) {
    if (asked[field] === undefined) delete spec[field];
    else spec[field] = asked[field];
  }
  return { ...live, metadata: withVersion(live, wanted), spec };
}

function withVersion(live: ApiObject, wanted: ApiObject): ApiObject["metadata"] {
  const { resourceVersion } = wanted.metadata;
  return resourceVersion === undefined ? live.metadata : { ...live.metadata, resourceVersion };
}
