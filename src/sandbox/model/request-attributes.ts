/**
 * What a request is about, as authorization sees it:
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#determine-the-request-verb
 */
export interface RequestAttributes {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; of other paths the HTTP method in lower case. */
  readonly verb: string;
  /** Whether the path names a resource; the fields from `group` on are empty when it does not. */
  readonly isResourceRequest: boolean;
  /** The path without query: `/api/v1/pods`, `/healthz`. */
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Name in the path; of a list or watch that a field selector narrows to one `metadata.name`, that name. */
  readonly name: string;
}
