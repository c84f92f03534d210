import type { KubernetesObject, ListMeta } from "../core/object.ts";
import { asTable, type ListRequestOptions, listRequest, type Target } from "../core/requests.ts";
import type { ApiResource } from "../core/resource.ts";
import { isApiError } from "../errors.ts";
import { callJson } from "../transport/call-json.ts";
import type { Transport } from "../transport/transport.ts";
import { type ListAnswer, type ListObject, typeMeta, withTypeMeta } from "./list.ts";
import { listOfTable } from "./printed.ts";
import { isTable, type Table } from "./table.ts";

/** Objects in a page unless told otherwise: kubectl's own. */
export const PAGE_SIZE = 500;

/** One page, its items completed. */
export interface Page<T> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: T[];
  readonly metadata: ListMeta;
}

export interface PageOptions extends ListRequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asks for the objects together with how the server prints them; see {@link printedRow}. Default false. */
  readonly printed?: boolean | undefined;
}

/** Fetches one page. */
export async function fetchPage<T extends KubernetesObject>(
  transport: Transport,
  resource: ApiResource,
  target: Target,
  options: PageOptions,
): Promise<Page<T>> {
  const { printed = false, signal, ...selection } = options;
  const plain = listRequest(target, selection);
  const request = printed ? asTable(plain, "Object") : plain;
  const received = await callJson<ListAnswer<T> | Table>(transport, request, { signal });
  const answer: ListAnswer<T> = isTable(received)
    ? listOfTable<T>(received, resource.namespaced && target.namespace === undefined)
    : received;
  const type = typeMeta(resource);
  return {
    apiVersion: answer.apiVersion ?? type.apiVersion,
    kind: answer.kind ?? `${type.kind}List`,
    metadata: answer.metadata ?? {},
    items: (answer.items ?? []).map((item) => withTypeMeta(item, type)),
  };
}

/**
 * The pages of one list, in order. `limit` ends it after so many objects; `pageSize` is what one request asks for.
 * A 410 in mid-list is thrown: what was yielded cannot be taken back.
 */
export async function* pages<T extends KubernetesObject>(
  transport: Transport,
  resource: ApiResource,
  target: Target,
  options: PageOptions & { readonly pageSize?: number | undefined },
): AsyncGenerator<Page<T>, void, undefined> {
  const { limit, pageSize = PAGE_SIZE, ...rest } = options;
  let left = limit ?? Number.POSITIVE_INFINITY;
  let next = options.continue;
  do {
    const size = Math.min(left, pageSize);
    const page = await fetchPage<T>(transport, resource, target, { ...rest, limit: size, continue: next });
    yield page;
    left -= page.items.length;
    next = page.metadata.continue;
  } while (next !== undefined && next !== "" && left > 0);
}

/** A whole list. A 410 in mid-list (the snapshot was compacted) starts again as one request without pages. */
export async function listAll<T extends KubernetesObject>(
  transport: Transport,
  resource: ApiResource,
  target: Target,
  options: PageOptions & { readonly pageSize?: number | undefined },
): Promise<ListObject<T>> {
  const items: T[] = [];
  let last: Page<T> | undefined;
  try {
    for await (const page of pages<T>(transport, resource, target, options)) {
      for (const item of page.items) items.push(item);
      last = page;
    }
  } catch (error) {
    const expired = isApiError(error) && error.httpStatus === 410;
    if (!expired || last === undefined || options.limit !== undefined) throw error;
    const { pageSize: _, continue: __, ...whole } = options;
    return fetchPage<T>(transport, resource, target, whole);
  }
  const type = typeMeta(resource);
  return {
    apiVersion: last?.apiVersion ?? type.apiVersion,
    kind: last?.kind ?? `${type.kind}List`,
    metadata: last?.metadata ?? {},
    items,
  };
}
