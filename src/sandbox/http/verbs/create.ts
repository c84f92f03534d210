import { pruneCustom } from "../../crd/prune-custom.ts";
import type { ResourceDefinition } from "../../model/definition.ts";
import type { ApiObject } from "../../model/object.ts";
import { badRequest } from "../../model/status-error.ts";
import { decodeBody, type FieldValidation, strictDecodingError } from "../../schema/decode.ts";
import { textAnswer } from "../answers.ts";
import { type ResourceRequest, representation, type Verb, writeContext } from "../server.ts";
import { fieldValidation } from "../write-options.ts";

const OPTIONS = "CreateOptions";

/** POST to a collection. */
export const create: Verb = (server, request) => {
  const { definition, info, warnings } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const context = writeContext(request, OPTIONS);
  const object = decodeObject(request, definition, OPTIONS);
  checkNamespace(object, context.namespace);
  const created = server.writer.create(object, context);
  const text = server.renderer.object(storedForm(definition), created, as, info.query);
  return textAnswer(201, text, as.format, warnings.headers());
};

/** The body as an object of `target`'s kind; what is unknown in it becomes warnings or an error. */
export function decodeObject(
  request: ResourceRequest,
  target: Parameters<typeof decodeBody>[2],
  options: string,
): ApiObject {
  const validation = fieldValidation(request.info.query, options);
  const decoded = decodeBody(request.body, request.contentType, target, { fieldValidation: validation });
  for (const warning of decoded.warnings) request.warnings.add(warning);
  decoded.object.metadata ??= {};
  if (target === request.definition && target.custom !== undefined) prune(request, decoded.object, validation);
  return decoded.object;
}

/** What a custom resource's schema does not know goes, and is told of as unknown fields of built-in kinds are. */
function prune(request: ResourceRequest, object: ApiObject, validation: FieldValidation): void {
  const { definition, warnings } = request;
  const unknown = pruneCustom(definition, object).map((path) => `unknown field "${path}"`);
  if (validation === "Warn") for (const text of unknown) warnings.add(text);
  if (validation !== "Strict" || unknown.length === 0) return;
  const { kind, version } = definition;
  throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${strictDecodingError(unknown)}`);
}

export function checkNamespace(object: ApiObject, namespace: string): void {
  const own = object.metadata.namespace ?? "";
  if (own === "" || own === namespace) return;
  throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/** A definition that takes objects as they are: what the write path returns is in the request's version already. */
export function storedForm(definition: ResourceDefinition): ResourceDefinition {
  if (definition.fromStorage === undefined) return definition;
  const { fromStorage: _from, toStorage: _to, ...own } = definition;
  return own;
}
