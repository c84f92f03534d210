import { BUILT_IN_SCHEMAS } from "../../definitions/built-in.ts";
import type { FieldError } from "../../model/field-error.ts";
import { isJsonObject, type JsonObject } from "../../model/object.ts";
import { decodeBody } from "../../schema/decode.ts";
import type { DeleteOptions } from "../../storage/registry.ts";
import { forbiddenField, integerParameter, invalidOptions, unsupportedValue } from "../options-errors.ts";
import { isTrue } from "../request-info.ts";
import type { ResourceRequest } from "../server.ts";

export const DELETE_OPTIONS = "DeleteOptions";
const POLICIES: readonly NonNullable<DeleteOptions["propagationPolicy"]>[] = ["Foreground", "Background", "Orphan"];

/**
 * A delete's options: from the body when there is one, and then nothing of the query, a dry run neither; else from the
 * query. https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/handlers/delete.go
 */
export interface RequestedDeletion extends DeleteOptions {
  readonly dryRun: boolean;
}

/** Reads and checks them. Throws the 400s and 422s of the API server. */
export function deleteOptions(request: ResourceRequest): RequestedDeletion {
  const given = request.body.byteLength > 0 ? fromBody(request) : fromQuery(request.info.query);
  const policy = POLICIES.find((one) => one === given.propagationPolicy);
  const errors: FieldError[] = [];
  if (given.orphanDependents !== undefined && given.propagationPolicy !== undefined) {
    errors.push(forbiddenField("propagationPolicy", "orphanDependents and deletionPropagation cannot be both set"));
  }
  if (given.propagationPolicy !== undefined && policy === undefined) {
    errors.push(unsupportedValue("propagationPolicy", given.propagationPolicy, [...POLICIES, "nil"]));
  }
  const dryRun = Array.isArray(given.dryRun) ? given.dryRun.map(String) : [];
  if (dryRun.some((value) => value !== "All")) errors.push(unsupportedValue("dryRun", dryRun, ["All"]));
  if (errors.length > 0) throw invalidOptions(DELETE_OPTIONS, errors);
  const orphan = given.orphanDependents;
  const propagationPolicy = policy ?? (orphan === undefined ? undefined : orphan === true ? "Orphan" : "Background");
  const preconditions = isJsonObject(given.preconditions) ? given.preconditions : {};
  return {
    dryRun: dryRun.length > 0,
    user: request.user,
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
    ...(typeof given.gracePeriodSeconds === "number" ? { gracePeriodSeconds: given.gracePeriodSeconds } : {}),
    ...(typeof preconditions.uid === "string" ? { uid: preconditions.uid } : {}),
    ...(typeof preconditions.resourceVersion === "string" ? { resourceVersion: preconditions.resourceVersion } : {}),
  };
}

/** The version of the options is not checked: clients send `v1`, `meta.k8s.io/v1` and the resource's own. */
function fromBody(request: ResourceRequest): JsonObject {
  const target = { group: "", version: "v1", kind: DELETE_OPTIONS, schemas: BUILT_IN_SCHEMAS };
  const { object } = decodeBody(request.body, request.contentType, target, {
    fieldValidation: "Ignore",
    anyVersion: true,
  });
  return object;
}

function fromQuery(query: URLSearchParams): JsonObject {
  const policy = query.get("propagationPolicy") ?? "";
  const orphan = query.get("orphanDependents");
  const grace = integerParameter(query, "gracePeriodSeconds");
  const dryRun = query.getAll("dryRun").filter((value) => value !== "");
  return {
    ...(policy === "" ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: isTrue(orphan) }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(dryRun.length === 0 ? {} : { dryRun }),
  };
}
