/** A resource as discovery describes it: enough to build every request and to resolve every name kubectl accepts. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural name as it stands in paths: `deployments`. */
  readonly name: string;
  readonly singularName: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Names of the sub-resources: `status`, `scale`, `log`, `exec` … */
  readonly subresources: readonly string[];
  /** Whether this is its group's preferred version. */
  readonly preferred: boolean;
}
