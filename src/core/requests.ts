/**
 * Operations as request values: no I/O, so tests assert URLs without a server.
 * Parameters are those of https://kubernetes.io/docs/reference/kubernetes-api/common-parameters/common-parameters/
 */
import { collectionPath, objectPath, type ResourcePath } from "./path.ts";
import type { ApiRequest } from "./request.ts";
import { type FieldSelector, fieldSelectorText, type LabelSelector, labelSelectorText } from "./selector.ts";

/** Which object, or which collection when `name` is left out. */
export interface Target {
  readonly resource: ResourcePath;
  /** Ignored for cluster-scoped resources; undefined reaches every namespace where the operation can. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** A target that names its object. */
export type ObjectTarget = Target & { readonly name: string };

export interface SelectorOptions {
  /** `{ app: "web" }` or `app=web,tier!=db`. */
  readonly labels?: LabelSelector | undefined;
  /** `{ "status.phase": "Running" }` or `status.phase!=Running`. */
  readonly fields?: FieldSelector | undefined;
}

export interface ResourceVersionOptions {
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}

export interface ListRequestOptions extends SelectorOptions, ResourceVersionOptions {
  /** Objects in a page; undefined asks for all at once. */
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export interface WatchRequestOptions extends SelectorOptions, ResourceVersionOptions {
  readonly timeoutSeconds?: number | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly sendInitialEvents?: boolean | undefined;
}

export interface WriteRequestOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict" | undefined;
}

/** How a PATCH body is read: RFC 6902, RFC 7386, or Kubernetes' own for built-in kinds. */
export type PatchType = "json" | "merge" | "strategic";

/** Content types of the API's patches; `apply` is server-side apply. */
export const PATCH_CONTENT_TYPES: Readonly<Record<PatchType | "apply", string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

export interface ApplyRequestOptions extends WriteRequestOptions {
  readonly fieldManager: string;
  /** Takes fields from their other managers instead of failing with a conflict. */
  readonly force?: boolean | undefined;
}

export interface DeleteRequestOptions {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly dryRun?: boolean | undefined;
}

const JSON_TYPE = "application/json";
/** Asks the server to render columns as kubectl prints them; a server that cannot answers with the objects. */
const TABLE_TYPE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

export function getRequest(target: ObjectTarget, options: ResourceVersionOptions = {}): ApiRequest {
  return {
    method: "GET",
    path: pathOf(target),
    query: { resourceVersion: options.resourceVersion },
    headers: { accept: JSON_TYPE },
  };
}

export function listRequest(target: Target, options: ListRequestOptions = {}): ApiRequest {
  // A continue token carries its own version; the server refuses the parameters beside it.
  const firstPage = options.continue === undefined || options.continue === "";
  return {
    method: "GET",
    path: pathOf(target),
    query: {
      ...selectors(options),
      resourceVersion: firstPage ? options.resourceVersion : undefined,
      resourceVersionMatch: firstPage ? options.resourceVersionMatch : undefined,
      limit: options.limit,
      continue: firstPage ? undefined : options.continue,
      timeoutSeconds: options.timeoutSeconds,
    },
    headers: { accept: JSON_TYPE },
  };
}

export function watchRequest(target: Target, options: WatchRequestOptions = {}): ApiRequest {
  return {
    method: "GET",
    path: pathOf(target),
    query: {
      watch: true,
      ...selectors(options),
      resourceVersion: options.resourceVersion,
      resourceVersionMatch: options.resourceVersionMatch,
      allowWatchBookmarks: options.allowWatchBookmarks || undefined,
      sendInitialEvents: options.sendInitialEvents || undefined,
      timeoutSeconds: options.timeoutSeconds,
    },
    headers: { accept: JSON_TYPE },
  };
}

/** The same get, list or watch, asking for a `meta.k8s.io/v1` Table whose rows carry `includeObject`. */
export function asTable(request: ApiRequest, includeObject: "None" | "Metadata" | "Object" = "Metadata"): ApiRequest {
  return {
    ...request,
    query: { ...request.query, includeObject },
    headers: { ...request.headers, accept: TABLE_TYPE },
  };
}

/** POST to the collection, or to an object's sub-resource (`eviction`, `token`, `binding`) when `name` is given. */
export function createRequest(target: Target, object: unknown, options: WriteRequestOptions = {}): ApiRequest {
  return write("POST", target, object, JSON_TYPE, writeQuery(options));
}

export function replaceRequest(target: ObjectTarget, object: unknown, options: WriteRequestOptions = {}): ApiRequest {
  return write("PUT", target, object, JSON_TYPE, writeQuery(options));
}

export function patchRequest(
  target: ObjectTarget,
  patch: unknown,
  type: PatchType,
  options: WriteRequestOptions = {},
): ApiRequest {
  return write("PATCH", target, patch, PATCH_CONTENT_TYPES[type], writeQuery(options));
}

/** Server-side apply. The body is JSON, which is YAML. */
export function applyRequest(target: ObjectTarget, object: unknown, options: ApplyRequestOptions): ApiRequest {
  return write("PATCH", target, object, PATCH_CONTENT_TYPES.apply, {
    ...writeQuery(options),
    force: options.force || undefined,
  });
}

export function deleteRequest(target: ObjectTarget, options: DeleteRequestOptions = {}): ApiRequest {
  return remove(target, {}, options);
}

export function deleteCollectionRequest(
  target: Target,
  selection: SelectorOptions,
  options: DeleteRequestOptions = {},
): ApiRequest {
  return remove(target, selectors(selection), options);
}

function remove(target: Target, query: NonNullable<ApiRequest["query"]>, options: DeleteRequestOptions): ApiRequest {
  const body: Record<string, unknown> = { apiVersion: "v1", kind: "DeleteOptions" };
  if (options.propagationPolicy !== undefined) body.propagationPolicy = options.propagationPolicy;
  if (options.gracePeriodSeconds !== undefined) body.gracePeriodSeconds = options.gracePeriodSeconds;
  if (options.preconditions !== undefined) body.preconditions = options.preconditions;
  // A server that finds options in the body heeds none of the query; in the URL it is for those who read traces.
  if (options.dryRun === true) body.dryRun = ["All"];
  return write("DELETE", target, body, JSON_TYPE, { ...query, dryRun: dryRun(options) });
}

function write(
  method: string,
  target: Target,
  body: unknown,
  contentType: string,
  query: NonNullable<ApiRequest["query"]>,
): ApiRequest {
  return {
    method,
    path: pathOf(target),
    query,
    headers: { accept: JSON_TYPE, "content-type": contentType },
    body: JSON.stringify(body),
  };
}

function writeQuery(options: WriteRequestOptions): NonNullable<ApiRequest["query"]> {
  return {
    dryRun: dryRun(options),
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  };
}

function dryRun(options: { readonly dryRun?: boolean | undefined }): string | undefined {
  return options.dryRun === true ? "All" : undefined;
}

function selectors(options: SelectorOptions): NonNullable<ApiRequest["query"]> {
  return { labelSelector: labelSelectorText(options.labels), fieldSelector: fieldSelectorText(options.fields) };
}

function pathOf(target: Target): string {
  return target.name === undefined
    ? collectionPath(target.resource, target.namespace)
    : objectPath(target.resource, target.namespace, target.name, target.subresource);
}
