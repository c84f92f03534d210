import { pruneCustom } from "../../crd/prune-custom.ts";
import type { ApiObject } from "../../model/object.ts";
import { badRequest, invalid, StatusError } from "../../model/status-error.ts";
import { PATCH_TYPES, type PatchType } from "../../patch/patch.ts";
import { decodeValue, strictDecodingError } from "../../schema/decode.ts";
import { jsonShape } from "../../schema/json-members.ts";
import { goSyntaxError } from "../../schema/json-syntax.ts";
import { checkAddress } from "../../storage/check-address.ts";
import { cloneJson } from "../../storage/json.ts";
import type { WriteContext } from "../../storage/write-context.ts";
import { textAnswer } from "../answers.ts";
import { forbiddenField, invalidOptions } from "../options-errors.ts";
import { isTrue } from "../request-info.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb, writeContext } from "../server.ts";
import { fieldValidation } from "../write-options.ts";
import { readApplied } from "./applied-object.ts";
import { storedForm } from "./create.ts";

const OPTIONS = "PatchOptions";

/** PATCH of one object or of its status, by any of the four types. */
export const patch: Verb = (server, request) => {
  const { definition, info, warnings } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const type = patchType(request);
  const context = writeContext(request, OPTIONS);
  const force = checkPatchOptions(info.query, type);
  const { object, created } =
    type === "apply"
      ? server.writer.apply(info.name, readApplied(request), context, force)
      : { object: patchWith(server, request, context, type), created: false };
  const text = server.renderer.object(storedForm(definition), object, as, info.query);
  return textAnswer(created ? 201 : 200, text, as.format, warnings.headers());
};

function patchWith(
  server: HttpServer,
  request: ResourceRequest,
  context: WriteContext,
  type: Exclude<PatchType, "apply">,
): ApiObject {
  const { info } = request;
  const document = parsePatch(request.body);
  const change = (live: ApiObject): ApiObject => {
    const patched = patchedObject(server, request, live, document, type);
    checkAddress(patched, info.name, context.namespace);
    return patched;
  };
  return server.writer.update(info.name, change, context);
}

/** The live object with the patch applied, decoded as a body would be. */
export function patchedObject(
  server: Pick<HttpServer, "patches">,
  request: ResourceRequest,
  live: ApiObject,
  document: unknown,
  type: Exclude<PatchType, "apply">,
  target: ResourceRequest["definition"] = request.definition,
): ApiObject {
  const { schema, schemas } = target;
  const patched = server.patches[type](cloneJson(live), document, { schema, schemas });
  const text = JSON.stringify(patched);
  const { object, error, strictErrors: unknown } = decodeValue(patched, target);
  if (error !== undefined) throw unfitPatch(text, error);
  const pruned = target.custom === undefined ? [] : pruneCustom(target, object as ApiObject);
  const strictErrors = [...unknown, ...pruned.map((path) => `unknown field "${path}"`)];
  const validation = fieldValidation(request.info.query, OPTIONS);
  if (validation === "Strict" && strictErrors.length > 0) throw unfitPatch(text, strictDecodingError(strictErrors));
  if (validation === "Warn") for (const warning of strictErrors) request.warnings.add(warning);
  object.metadata ??= {};
  return object as ApiObject;
}

/** A patched object that its kind cannot hold. */
function unfitPatch(text: string, detail: string): StatusError {
  return invalid({ group: "", kind: "" }, "", [{ type: "FieldValueInvalid", field: "patch", badValue: text, detail }]);
}

/** The patch document. Throws the 400 of one that is not JSON, or nested too deeply. */
export function parsePatch(body: Uint8Array): unknown {
  const fault = (): StatusError =>
    badRequest(`error decoding patch: ${goSyntaxError(body) ?? "unexpected end of JSON input"}`);
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw fault();
  }
  if (jsonShape(body).tooDeep) throw fault();
  return document;
}

/** Which of the four it is, by its content type. Throws the 415. */
export function patchType({ request, definition }: ResourceRequest): PatchType {
  const contentType = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim() ?? "";
  const type = PATCH_TYPES[contentType];
  if (definition.custom !== undefined && (type === undefined || type === "strategic")) {
    const accepted = Object.keys(PATCH_TYPES).filter((one) => PATCH_TYPES[one] !== "strategic");
    throw new StatusError(
      415,
      "UnsupportedMediaType",
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
    );
  }
  if (type !== undefined) return type;
  throw new StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
}

/** Returns whether conflicts are to be overruled. Throws the 422. */
export function checkPatchOptions(query: URLSearchParams, type: PatchType): boolean {
  const force = query.get("force");
  if (type !== "apply") {
    if (force !== null && force !== "") {
      throw invalidOptions(OPTIONS, [forbiddenField("force", "may not be specified for non-apply patch")]);
    }
    return false;
  }
  if ((query.get("fieldManager") ?? "") === "") {
    throw invalidOptions(OPTIONS, [
      { type: "FieldValueRequired", field: "fieldManager", detail: "is required for apply patch" },
    ]);
  }
  return isTrue(force);
}
